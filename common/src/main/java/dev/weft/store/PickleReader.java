// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.store.PickleValue.Constant;
import dev.weft.store.PickleValue.Dict;
import dev.weft.store.PickleValue.Global;
import dev.weft.store.PickleValue.Items;
import dev.weft.store.PickleValue.Storage;
import dev.weft.store.PickleValue.Text;
import dev.weft.store.PickleValue.Tuple;
import dev.weft.store.PickleValue.Whole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one pickle of weights. A pickle is a program for a machine with a stack and a memo; this
 * machine has no instruction that loads or calls anything, its globals are a closed list of names
 * ({@link TorchGlobal}), and stack, memo, nesting and the number of instructions are bounded.
 * Mutable, for one pickle.
 *
 * @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">pickletools.py</a>
 */
final class PickleReader {
  private static final int PROTOCOL = 2;
  private static final int MAX_NESTING = 256;
  private static final int MAX_STACK = 1 << 16;
  private static final int MAX_MEMO = 1 << 20;
  private static final int MAX_INSTRUCTIONS = 1 << 22;

  private final PickleInput in;
  private final TorchObjects objects;
  private final List<PickleValue> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, PickleValue> memo = new HashMap<>();

  PickleReader(PickleInput in) {
    this.in = in;
    this.objects = new TorchObjects(in);
  }

  /** The storages that were referred to, by their keys. */
  Map<String, Storage> storages() {
    return objects.storages();
  }

  /**
   * Reads up to the end of the pickle.
   *
   * @throws dev.weft.config.ModelException naming file and offset of the first instruction that is
   *     none of weights
   */
  PickleValue read() {
    for (int count = 0; count < MAX_INSTRUCTIONS; count++) {
      PickleOpcode opcode = in.instruction();
      if (opcode == PickleOpcode.STOP) {
        return pop();
      }
      step(opcode);
      if (stack.size() > MAX_STACK || marks.size() > MAX_NESTING || memo.size() > MAX_MEMO) {
        throw in.refused("more values at once than weights need");
      }
    }
    throw in.refused("more than " + MAX_INSTRUCTIONS + " instructions");
  }

  private void step(PickleOpcode opcode) {
    switch (opcode) {
      case PROTO -> protocol(in.unsigned());
      case NONE -> stack.add(Constant.NONE);
      case NEWTRUE -> stack.add(Constant.TRUE);
      case NEWFALSE -> stack.add(Constant.FALSE);
      case BINFLOAT -> {
        in.skip(Double.BYTES);
        stack.add(Constant.FLOAT);
      }
      case BININT -> stack.add(new Whole(in.signed()));
      case BININT1 -> stack.add(new Whole(in.unsigned()));
      case BININT2 -> stack.add(new Whole(in.unsignedShort()));
      case LONG1 -> stack.add(new Whole(in.integer(in.unsigned())));
      case SHORT_BINSTRING -> stack.add(new Text(in.text(in.unsigned())));
      case BINUNICODE -> stack.add(new Text(in.text(in.count())));
      case EMPTY_TUPLE -> stack.add(new Tuple(List.of()));
      case TUPLE1 -> stack.add(new Tuple(last(1)));
      case TUPLE2 -> stack.add(new Tuple(last(2)));
      case TUPLE3 -> stack.add(new Tuple(last(3)));
      case EMPTY_LIST -> stack.add(new Items());
      case EMPTY_DICT -> stack.add(new Dict(false));
      case MARK -> marks.add(stack.size());
      case TUPLE -> stack.add(new Tuple(sinceMark()));
      case APPEND -> append(last(1));
      case APPENDS -> append(sinceMark());
      case SETITEM -> set(last(2));
      case SETITEMS -> set(sinceMark());
      case BINPUT -> memo.put((long) in.unsigned(), top());
      case LONG_BINPUT -> memo.put(in.count(), top());
      case BINGET -> recall(in.unsigned());
      case LONG_BINGET -> recall(in.count());
      case GLOBAL -> global(in.line(), in.line());
      case BINPERSID -> stack.add(objects.storage(pop()));
      case REDUCE -> {
        PickleValue arguments = pop();
        stack.add(objects.call(pop(), arguments));
      }
      case BUILD -> {
        PickleValue state = pop();
        objects.build(top(), state);
      }
      default -> throw in.refused("instruction " + opcode + " is not allowed");
    }
  }

  private void protocol(int version) {
    if (version > PROTOCOL) {
      throw in.refused("pickle protocol " + version + ", but weights are saved with " + PROTOCOL);
    }
  }

  private void global(String module, String name) {
    stack.add(
        TorchGlobal.find(module, name)
            .map(Global::new)
            .orElseThrow(
                () -> in.refused("global \"" + module + "." + name + "\" is not allowed")));
  }

  private void recall(long number) {
    PickleValue value = memo.get(number);
    if (value == null) {
      throw in.refused("the memo has no value " + number);
    }
    stack.add(value);
  }

  private void append(List<PickleValue> values) {
    if (!(top() instanceof Items list)) {
      throw in.refused("only a list can be appended to");
    }
    list.items().addAll(values);
  }

  private void set(List<PickleValue> keysAndValues) {
    if (!(top() instanceof Dict dict) || keysAndValues.size() % 2 != 0) {
      throw in.refused("only a dictionary takes keys with values");
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      if (!(keysAndValues.get(i) instanceof Text key)) {
        throw in.refused("a dictionary of weights has texts for keys");
      }
      dict.items().put(key.value(), keysAndValues.get(i + 1));
    }
  }

  private PickleValue top() {
    return stack.get(above(1));
  }

  private PickleValue pop() {
    return stack.remove(above(1));
  }

  private List<PickleValue> sinceMark() {
    if (marks.isEmpty()) {
      throw in.refused("there is no mark on the stack");
    }
    return cut(marks.remove(marks.size() - 1));
  }

  private List<PickleValue> last(int count) {
    return cut(above(count));
  }

  private List<PickleValue> cut(int from) {
    List<PickleValue> tail = stack.subList(from, stack.size());
    List<PickleValue> values = List.copyOf(tail);
    tail.clear();
    return values;
  }

  /** Where the last values begin: those above the last mark only, as no other may be taken. */
  private int above(int count) {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    int from = stack.size() - count;
    if (from < floor) {
      throw in.refused("the stack holds fewer values than the instruction takes");
    }
    return from;
  }
}

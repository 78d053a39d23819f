// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.store.PickleValue.Constant;
import dev.weft.store.PickleValue.Dict;
import dev.weft.store.PickleValue.Global;
import dev.weft.store.PickleValue.Storage;
import dev.weft.store.PickleValue.Text;
import dev.weft.store.PickleValue.Tuple;
import dev.weft.store.PickleValue.View;
import dev.weft.store.PickleValue.Whole;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the globals and references of a pickle of weights stand for, as values: a storage, a tensor
 * that looks at one, a dictionary with order. Follows {@code torch/_utils.py} and {@code
 * persistent_load} of {@code torch/serialization.py}.
 */
final class TorchObjects {
  private static final int MAX_DIMENSIONS = 64;

  private final PickleInput in;
  private final Map<String, Storage> storages = new HashMap<>();

  /** Objects whose faults are reported at the instruction just read. */
  TorchObjects(PickleInput in) {
    this.in = in;
  }

  /** The storages that were referred to, by their keys. */
  Map<String, Storage> storages() {
    return storages;
  }

  /** {@code ("storage", class, key, device, elements)}; the old format adds a None. */
  Storage storage(PickleValue reference) {
    if (reference instanceof Tuple tuple
        && (tuple.items().size() == 5
            || (tuple.items().size() == 6 && tuple.items().get(5) == Constant.NONE))
        && tuple.items().get(0) instanceof Text kind
        && kind.value().equals("storage")
        && tuple.items().get(1) instanceof Global type
        && type.name().storage().isPresent()
        && tuple.items().get(2) instanceof Text key
        && tuple.items().get(4) instanceof Whole elements
        && elements.value() >= 0) {
      return known(new Storage(type.name().storage().get(), key.value(), elements.value()));
    }
    throw in.refused("a reference to something else than a storage of numbers");
  }

  /** Storages without numbers may share a key, all others are one and the same. */
  private Storage known(Storage storage) {
    Storage before = storages.putIfAbsent(storage.key(), storage);
    if (before != null
        && !before.equals(storage)
        && (before.elements() > 0 || storage.elements() > 0)) {
      throw in.refused("storage \"" + storage.key() + "\" has two types or two sizes");
    }
    return storage;
  }

  /** What a function or class makes of its arguments. */
  PickleValue call(PickleValue function, PickleValue arguments) {
    if (function instanceof Global global && arguments instanceof Tuple tuple) {
      return switch (global.name()) {
        case ORDERED_DICT -> dict(tuple.items());
        case REBUILD_TENSOR -> tensor(tuple.items());
        case REBUILD_PARAMETER -> parameter(tuple.items());
        default -> throw in.refused("a call of " + global.name() + ", which is no function");
      };
    }
    throw in.refused("a call of a value that is no function");
  }

  private Dict dict(List<PickleValue> arguments) {
    if (!arguments.isEmpty()) {
      throw in.refused("an OrderedDict made of something else than nothing");
    }
    return new Dict(true);
  }

  /**
   * {@code (storage, offset, size, stride, requires_grad, hooks)}. A seventh one would say that the
   * numbers are to be negated or conjugated.
   */
  private View tensor(List<PickleValue> arguments) {
    if (arguments.size() == 6
        && arguments.get(0) instanceof Storage storage
        && arguments.get(1) instanceof Whole offset) {
      long[] shape = longs(arguments.get(2));
      long[] strides = longs(arguments.get(3));
      if (offset.value() >= 0 && shape.length == strides.length) {
        return new View(storage, offset.value(), shape, strides);
      }
    }
    throw in.refused("a tensor that is no plain view of a storage");
  }

  /** {@code (tensor, requires_grad, hooks)}. */
  private View parameter(List<PickleValue> arguments) {
    if (arguments.size() == 3 && arguments.get(0) instanceof View tensor) {
      return tensor;
    }
    throw in.refused("a Parameter that holds no tensor");
  }

  private long[] longs(PickleValue value) {
    if (value instanceof Tuple tuple
        && tuple.items().size() <= MAX_DIMENSIONS
        && tuple.items().stream().allMatch(i -> i instanceof Whole w && w.value() >= 0)) {
      return tuple.items().stream().mapToLong(i -> ((Whole) i).value()).toArray();
    }
    throw in.refused("sizes or strides that are no list of numbers from 0 on");
  }

  /** Torch hangs versions of modules on a dictionary of weights; nothing else takes attributes. */
  void build(PickleValue object, PickleValue state) {
    if (!(object instanceof Dict dict
        && dict.isOrdered()
        && state instanceof Dict attributes
        && Set.of("_metadata").containsAll(attributes.items().keySet()))) {
      throw in.refused("attributes for something else than a dictionary of weights");
    }
  }
}

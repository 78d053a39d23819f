// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The instructions of a pickle that weights are made of: those of protocol 2 that torch's own
 * reader of weights ({@code torch/_weights_only_unpickler.py}) takes, less the ones that make
 * objects of a class.
 */
enum PickleOpcode {
  MARK('('),
  EMPTY_TUPLE(')'),
  STOP('.'),
  BINFLOAT('G'),
  BININT('J'),
  BININT1('K'),
  BININT2('M'),
  NONE('N'),
  BINPERSID('Q'),
  REDUCE('R'),
  SHORT_BINSTRING('U'),
  BINUNICODE('X'),
  EMPTY_LIST(']'),
  APPEND('a'),
  BUILD('b'),
  GLOBAL('c'),
  APPENDS('e'),
  BINGET('h'),
  LONG_BINGET('j'),
  BINPUT('q'),
  LONG_BINPUT('r'),
  SETITEM('s'),
  TUPLE('t'),
  SETITEMS('u'),
  EMPTY_DICT('}'),
  PROTO(0x80),
  TUPLE1(0x85),
  TUPLE2(0x86),
  TUPLE3(0x87),
  NEWTRUE(0x88),
  NEWFALSE(0x89),
  LONG1(0x8a),

  // From here on: refused, and named for the message only.
  INST('i'),
  OBJ('o'),
  NEWOBJ(0x81),
  NEWOBJ_EX(0x92),
  STACK_GLOBAL(0x93),
  EXT1(0x82),
  EXT2(0x83),
  EXT4(0x84),
  PERSID('P'),
  LONG('L'),
  LONG4(0x8b),
  SHORT_BINUNICODE(0x8c),
  BINUNICODE8(0x8d),
  BINSTRING('T'),
  BINBYTES('B'),
  BINBYTES8(0x8e),
  BYTEARRAY8(0x96),
  MEMOIZE(0x94),
  FRAME(0x95);

  private static final Map<Integer, PickleOpcode> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(o -> o.code, Function.identity()));

  private final int code;

  PickleOpcode(int code) {
    this.code = code;
  }

  /**
   * The instruction of a byte.
   *
   * @throws dev.weft.config.ModelException if it is none of weights
   */
  static PickleOpcode of(int code, PickleInput in) {
    PickleOpcode opcode = BY_CODE.get(code);
    if (opcode == null || opcode.compareTo(LONG1) > 0) {
      String name = opcode == null ? "" : " (" + opcode + ")";
      throw in.refused("instruction 0x%02x%s is not allowed".formatted(code, name));
    }
    return opcode;
  }
}

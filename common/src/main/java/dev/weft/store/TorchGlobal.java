// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.util.Arrays;
import java.util.Optional;

/** The only classes and functions that weights may name. None of them is looked up or called. */
enum TorchGlobal {
  ORDERED_DICT("collections OrderedDict"),
  REBUILD_TENSOR("torch._utils _rebuild_tensor_v2"),
  REBUILD_PARAMETER("torch._utils _rebuild_parameter"),
  DOUBLE("torch DoubleStorage", ElementType.F64),
  FLOAT("torch FloatStorage", ElementType.F32),
  HALF("torch HalfStorage", ElementType.F16),
  BFLOAT16("torch BFloat16Storage", ElementType.BF16),
  LONG("torch LongStorage", ElementType.I64),
  INT("torch IntStorage", ElementType.I32),
  SHORT("torch ShortStorage", ElementType.I16),
  CHAR("torch CharStorage", ElementType.I8),
  BYTE("torch ByteStorage", ElementType.U8),
  BOOL("torch BoolStorage", ElementType.BOOL);

  private final String name;
  private final Optional<ElementType> storage;

  TorchGlobal(String name) {
    this.name = name;
    this.storage = Optional.empty();
  }

  TorchGlobal(String name, ElementType storage) {
    this.name = name;
    this.storage = Optional.of(storage);
  }

  /** The type of the numbers, if this is a class of storages. */
  Optional<ElementType> storage() {
    return storage;
  }

  /** The global of a module and a name. */
  static Optional<TorchGlobal> find(String module, String name) {
    String whole = module + " " + name;
    return Arrays.stream(values()).filter(g -> g.name.equals(whole)).findFirst();
  }
}

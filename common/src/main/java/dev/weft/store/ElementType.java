// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.types.DataType;
import dev.weft.config.ModelException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Types of numbers in weights, by their names in the safetensors format and in the order in which
 * the reference's writer lays tensors out: wide ones first, so that every tensor is aligned.
 */
enum ElementType {
  I64(8, DataType.INT64),
  F64(8, DataType.FLOAT64),
  F32(4, DataType.FLOAT32),
  I32(4, DataType.INT32),
  BF16(2, DataType.BFLOAT16),
  F16(2, DataType.FLOAT16),
  I16(2, DataType.INT16),
  I8(1, DataType.INT8),
  U8(1, DataType.UINT8),
  BOOL(1, DataType.BOOLEAN);

  private final int bytes;
  private final DataType engine;

  ElementType(int bytes, DataType engine) {
    this.bytes = bytes;
    this.engine = engine;
  }

  /** Bytes of one number. */
  int bytes() {
    return bytes;
  }

  /** The engine's name of the type. */
  DataType engine() {
    return engine;
  }

  static Optional<ElementType> find(String name) {
    return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
  }

  /** The type of a tensor in a file. */
  static ElementType parse(String where, String name) {
    return find(name)
        .orElseThrow(
            () ->
                new ModelException(
                    where
                        + " has dtype \""
                        + name
                        + "\", which is not known; known: "
                        + Arrays.toString(values())));
  }

  /**
   * Bytes of a tensor without gaps.
   *
   * @throws ArithmeticException if a tensor of this shape can be in no memory; also where only a
   *     zero in the shape makes it small, as the engine counts such strides too
   */
  long bytes(long... shape) {
    long most = bytes;
    long elements = 1;
    for (long size : shape) {
      most = Math.multiplyExact(most, Math.max(size, 1));
      elements *= size;
    }
    return elements * bytes;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.types.DataType;
import dev.weft.config.ModelException;
import java.util.Arrays;

/**
 * One line of a safetensors header.
 *
 * @param name of the tensor
 * @param type of its elements
 * @param shape its dimensions
 * @param begin first byte, from the start of the file
 * @param end one past the last byte
 */
@SuppressWarnings("ArrayRecordComponent") // private to the room and never changed
record TensorEntry(String name, Type type, long[] shape, long begin, long end) {

  long size() {
    return end - begin;
  }

  /** Element types of the format that have a counterpart in the engine. */
  enum Type {
    F64(DataType.FLOAT64, 8),
    F32(DataType.FLOAT32, 4),
    F16(DataType.FLOAT16, 2),
    BF16(DataType.BFLOAT16, 2),
    I64(DataType.INT64, 8),
    I32(DataType.INT32, 4),
    I8(DataType.INT8, 1),
    U8(DataType.UINT8, 1),
    BOOL(DataType.BOOLEAN, 1);

    private final DataType stored;
    private final int bytes;

    Type(DataType stored, int bytes) {
      this.stored = stored;
      this.bytes = bytes;
    }

    DataType stored() {
      return stored;
    }

    int bytes() {
      return bytes;
    }

    static Type parse(String where, String name) {
      return Arrays.stream(values())
          .filter(t -> t.name().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new ModelException(
                      where
                          + " has dtype \""
                          + name
                          + "\", which is not known; known: "
                          + Arrays.toString(values())));
    }
  }
}

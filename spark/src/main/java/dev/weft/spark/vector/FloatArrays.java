// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.Platform;
import org.jspecify.annotations.Nullable;

/**
 * Where the floats of an array lie in memory: {@code memory} and {@code offset} are for {@link
 * Platform#getFloat}. Those of an {@link UnsafeArrayData} are read where they are; any other array
 * is copied once, in bulk.
 */
final class FloatArrays {
  private FloatArrays() {}

  static @Nullable Object memory(ArrayData array) {
    return array instanceof UnsafeArrayData unsafe ? unsafe.getBaseObject() : array.toFloatArray();
  }

  static long offset(ArrayData array) {
    return array instanceof UnsafeArrayData unsafe
        ? unsafe.getBaseOffset()
            + UnsafeArrayData.calculateHeaderPortionInBytes(unsafe.numElements())
        : Platform.FLOAT_ARRAY_OFFSET;
  }

  static boolean hasNull(ArrayData array) {
    return array instanceof UnsafeArrayData unsafe ? hasNullBit(unsafe) : hasNullElement(array);
  }

  /** The null bits follow the count, in whole words. */
  private static boolean hasNullBit(UnsafeArrayData array) {
    long first = array.getBaseOffset() + Long.BYTES;
    long end =
        array.getBaseOffset() + UnsafeArrayData.calculateHeaderPortionInBytes(array.numElements());
    for (long at = first; at < end; at += Long.BYTES) {
      if (Platform.getLong(array.getBaseObject(), at) != 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasNullElement(ArrayData array) {
    int length = array.numElements();
    for (int i = 0; i < length; i++) {
      if (array.isNullAt(i)) {
        return true;
      }
    }
    return false;
  }
}

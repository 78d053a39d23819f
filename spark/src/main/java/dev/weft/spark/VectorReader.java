// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.unsafe.Platform;

/**
 * Reads vectors from native memory as Spark's arrays. The layout of an {@link UnsafeArrayData} is a
 * header (count and null bits) and then the floats as they are, so a vector is one copy of memory
 * into an array that is used again for the next row, out of which Spark copies it into the row.
 * Mutable, for one thread.
 */
final class VectorReader {
  private final int floatsAt;
  private final int floatBytes;
  private final byte[] bytes;
  private final UnsafeArrayData array = new UnsafeArrayData();

  VectorReader(int dimension) {
    this.floatsAt = UnsafeArrayData.calculateHeaderPortionInBytes(dimension);
    this.floatBytes = dimension * Float.BYTES;
    int size = (floatsAt + floatBytes + 7) / 8 * 8;
    this.bytes = new byte[size];
    Platform.putLong(bytes, Platform.BYTE_ARRAY_OFFSET, dimension);
    array.pointTo(bytes, Platform.BYTE_ARRAY_OFFSET, size);
  }

  /** The vector at an address; the array returned is overwritten by the next call. */
  UnsafeArrayData read(long address) {
    Platform.copyMemory(null, address, bytes, Platform.BYTE_ARRAY_OFFSET + floatsAt, floatBytes);
    return array;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.Iterator;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.unsafe.Platform;

/**
 * Goes through rows of (id, vector) and passes over those that cannot be compared: an id or a
 * vector that is NULL, a vector with a NULL element or without a score. For one task's thread.
 */
final class VectorRows {
  private final Iterator<InternalRow> rows;
  private final SimilarityMetric metric;
  private final DataType idType;
  private float[] vector = new float[0];
  private boolean first = true;
  private Object id = "";

  VectorRows(Iterator<InternalRow> rows, SimilarityMetric metric, DataType idType) {
    this.rows = rows;
    this.metric = metric;
    this.idType = idType;
  }

  /** Steps to the next row that can be compared; false if there is none. */
  boolean advance() {
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (!row.isNullAt(0) && !row.isNullAt(1) && read(row.getArray(1))) {
        id = InternalRow.copyValue(row.get(0, idType));
        return true;
      }
    }
    return false;
  }

  private boolean read(ArrayData array) {
    int dimension = array.numElements();
    if (FloatArrays.hasNull(array)) {
      return false;
    }
    if (first) {
      first = false;
      vector = new float[dimension];
    } else if (vector.length != dimension) {
      throw VectorError.dimensionMismatch(SimilarityJoin.NAME, vector.length, dimension);
    }
    Platform.copyMemory(
        FloatArrays.memory(array),
        FloatArrays.offset(array),
        vector,
        Platform.FLOAT_ARRAY_OFFSET,
        (long) dimension * Float.BYTES);
    return metric.prepare(vector);
  }

  /** The id of the row, of Spark's internal type. */
  Object id() {
    return id;
  }

  /** The vector of the row; overwritten by the next. */
  float[] vector() {
    return vector;
  }
}

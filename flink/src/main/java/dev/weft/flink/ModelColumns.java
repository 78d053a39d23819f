// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of a {@code CREATE MODEL} are read and written: a text goes in, an array of
 * numbers comes out, and NULL for NULL.
 *
 * @param components what an array holds
 */
record ModelColumns(Components components) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The types a vector may have in a table. */
  enum Components {
    FLOAT,
    DOUBLE
  }

  /**
   * The columns of a model.
   *
   * @throws ValidationException if they are not one text and one array of FLOAT or DOUBLE
   */
  static ModelColumns of(String model, ResolvedCatalogModel declared) {
    Column input = only(model, "INPUT", "(text STRING)", declared.getResolvedInputSchema());
    LogicalType text = input.getDataType().getLogicalType();
    if (!text.is(LogicalTypeFamily.CHARACTER_STRING)) {
      throw new ValidationException(
          "model "
              + model
              + ": INPUT column "
              + input.getName()
              + " must be CHAR, VARCHAR or STRING, but is "
              + text.asSummaryString());
    }
    String outputs = "(embedding ARRAY<FLOAT>)";
    Column output = only(model, "OUTPUT", outputs, declared.getResolvedOutputSchema());
    LogicalType vector = output.getDataType().getLogicalType();
    LogicalTypeRoot component =
        vector instanceof ArrayType array
            ? array.getElementType().getTypeRoot()
            : vector.getTypeRoot();
    if (!vector.is(LogicalTypeRoot.ARRAY)
        || !(component == LogicalTypeRoot.FLOAT || component == LogicalTypeRoot.DOUBLE)) {
      throw new ValidationException(
          "model "
              + model
              + ": OUTPUT column "
              + output.getName()
              + " must be ARRAY<FLOAT> or ARRAY<DOUBLE>, but is "
              + vector.asSummaryString());
    }
    if (!vector.isNullable() && text.isNullable()) {
      throw new ValidationException(
          "model "
              + model
              + ": OUTPUT column "
              + output.getName()
              + " is NOT NULL, but a NULL text has no vector; declare INPUT column "
              + input.getName()
              + " NOT NULL too, or neither");
    }
    return new ModelColumns(Components.valueOf(component.name()));
  }

  private static Column only(String model, String what, String example, ResolvedSchema schema) {
    List<Column> columns = schema.getColumns();
    if (columns.size() != 1) {
      throw new ValidationException(
          "model "
              + model
              + ": "
              + what
              + " must have one column, such as "
              + example
              + ", but has "
              + schema.getColumnNames());
    }
    return columns.get(0);
  }

  /** The text of a row, as Java has it: what Flink gave may be used again by then. */
  static @Nullable String text(RowData row) {
    return row.isNullAt(0) ? null : row.getString(0).toString();
  }

  /** The row that goes out for a vector, with NULL for one of length zero. */
  RowData row(float[] vector) {
    if (vector.length == 0) {
      return GenericRowData.of((Object) null);
    }
    return GenericRowData.of(
        components == Components.FLOAT
            ? new GenericArrayData(vector)
            : new GenericArrayData(doubles(vector)));
  }

  private static double[] doubles(float[] vector) {
    double[] wide = new double[vector.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = vector[i];
    }
    return wide;
  }
}

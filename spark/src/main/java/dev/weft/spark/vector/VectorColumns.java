// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import static org.apache.spark.sql.functions.col;

import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.catalyst.ThrowUnchecked;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.RowOrdering;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.types.DataType;

/**
 * The two columns of a side.
 *
 * @param id names the column that identifies a row
 * @param vector names the column of its vector
 */
record VectorColumns(String id, String vector) {
  static final VectorColumns DEFAULT = new VectorColumns("id", "embedding");

  VectorColumns withId(String name) {
    return new VectorColumns(name, vector);
  }

  VectorColumns withVector(String name) {
    return new VectorColumns(id, name);
  }

  /** The two columns alone, in this order; new columns, so that a side may be joined to itself. */
  Dataset<Row> select(Dataset<Row> rows) {
    Dataset<Row> columns = rows.select(col(id).as("id"), col(vector).as("vector"));
    DataType idType = columns.schema().apply(0).dataType();
    DataType vectorType = columns.schema().apply(1).dataType();
    if (!RowOrdering.isOrderable(idType)) {
      throw ThrowUnchecked.of(invalidOrdering(idType));
    }
    if (!VectorTypes.isVector(vectorType)) {
      throw ThrowUnchecked.of(unexpectedType(vectorType));
    }
    return columns;
  }

  private AnalysisException invalidOrdering(DataType type) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("sqlExpr", TypeUtils.toSQLId(id));
    parameters.put("functionName", TypeUtils.toSQLId(SimilarityJoin.NAME));
    parameters.put("dataType", TypeUtils.toSQLType(type));
    return new AnalysisException(
        "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", ScalaCollections.map(parameters));
  }

  private AnalysisException unexpectedType(DataType type) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("sqlExpr", TypeUtils.toSQLId(SimilarityJoin.NAME));
    parameters.put("paramIndex", TypeUtils.ordinalNumber(1));
    parameters.put("requiredType", TypeUtils.toSQLType(VectorTypes.VECTOR));
    parameters.put("inputSql", TypeUtils.toSQLId(vector));
    parameters.put("inputType", TypeUtils.toSQLType(type));
    return new AnalysisException(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", ScalaCollections.map(parameters));
  }
}

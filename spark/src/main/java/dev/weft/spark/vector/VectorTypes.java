// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.FloatType;

/** The types vector functions take: ARRAY&lt;FLOAT&gt; and nothing that would have to be cast. */
final class VectorTypes {
  static final DataType VECTOR = DataTypes.createArrayType(DataTypes.FloatType, true);

  private VectorTypes() {}

  static boolean isVector(DataType type) {
    return type instanceof ArrayType array && array.elementType() instanceof FloatType;
  }

  /** Names the first argument that is of another type, in Spark's words. */
  static TypeCheckResult check(List<Expression> arguments, List<DataType> required) {
    for (int i = 0; i < required.size(); i++) {
      DataType type = arguments.get(i).dataType();
      boolean fits = required.get(i) == VECTOR ? isVector(type) : type.equals(required.get(i));
      if (!fits) {
        return new TypeCheckResult.DataTypeMismatch(
            "UNEXPECTED_INPUT_TYPE",
            ScalaCollections.map(mismatch(i, arguments.get(i), required.get(i))));
      }
    }
    return TypeCheckResult.TypeCheckSuccess$.MODULE$;
  }

  private static Map<String, String> mismatch(int index, Expression argument, DataType required) {
    Map<String, String> parameters = new HashMap<>();
    parameters.put("paramIndex", TypeUtils.ordinalNumber(index));
    parameters.put("requiredType", TypeUtils.toSQLType(required));
    parameters.put("inputSql", TypeUtils.toSQLExpr(argument));
    parameters.put("inputType", TypeUtils.toSQLType(argument.dataType()));
    return parameters;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.catalyst.expressions.CreateMap;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The map of options that {@code embed} takes: literals, and for the task also a column, as in
 * {@code map('truncateDim', '128', 'task', kind)}.
 *
 * @param literals the options that are the same for every row
 * @param task the task of each row, where it is a column
 */
record OptionsArgument(Map<String, String> literals, Optional<Expression> task) {
  private static final String TASK = "task";

  static OptionsArgument of(Expression map) {
    boolean strings =
        map.dataType() instanceof MapType type
            && isString(type.keyType())
            && isString(type.valueType());
    if (!strings) {
      throw refused(map);
    }
    if (map.foldable()) {
      return new OptionsArgument(literals(map), Optional.empty());
    }
    if (!(map instanceof CreateMap entries)) {
      throw refused(map);
    }
    return of(map, ScalaSeqs.list(entries.keys()), ScalaSeqs.list(entries.values()));
  }

  private static OptionsArgument of(
      Expression map, List<Expression> keys, List<Expression> values) {
    Map<String, String> literals = new TreeMap<>();
    List<Expression> tasks = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!keys.get(i).foldable()) {
        throw refused(map);
      }
      String key = String.valueOf(keys.get(i).eval(null));
      if (values.get(i).foldable()) {
        literals.put(key, String.valueOf(values.get(i).eval(null)));
      } else if (key.equals(TASK)) {
        tasks.add(values.get(i));
      } else {
        throw refused(map);
      }
    }
    return new OptionsArgument(literals, tasks.stream().findFirst());
  }

  private static Map<String, String> literals(Expression map) {
    MapData data = (MapData) map.eval(null);
    Map<String, String> literals = new TreeMap<>();
    for (int i = 0; i < data.numElements(); i++) {
      UTF8String key = data.keyArray().getUTF8String(i);
      literals.put(key.toString(), String.valueOf(data.valueArray().getUTF8String(i)));
    }
    return literals;
  }

  /** An empty map literal has no type yet. */
  private static boolean isString(DataType type) {
    return type instanceof StringType || type instanceof NullType;
  }

  private static IllegalArgumentException refused(Expression map) {
    return new IllegalArgumentException(
        "the options of embed() must be a literal map of strings, such as"
            + " map('truncateDim', '128'), in which only the task may be a column, but are "
            + map.sql());
  }
}

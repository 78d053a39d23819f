// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.EnumMap;
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
 * The map of options that {@code embed} takes: literals, and for some also a column, as in {@code
 * map('truncateDim', '128', 'task', kind)}. An option whose value is NULL is as if it was not
 * there.
 *
 * @param literals the options that are the same for every row
 * @param columns the options that each row has its own of
 */
record OptionsArgument(Map<String, String> literals, Map<RowOption, Expression> columns) {

  static OptionsArgument of(Expression map) {
    boolean strings =
        map.dataType() instanceof MapType type
            && isString(type.keyType())
            && isString(type.valueType());
    if (!strings) {
      throw refused(map);
    }
    if (map.foldable()) {
      return new OptionsArgument(literals(map), Map.of());
    }
    if (!(map instanceof CreateMap entries)) {
      throw refused(map);
    }
    return of(map, ScalaCollections.list(entries.keys()), ScalaCollections.list(entries.values()));
  }

  private static OptionsArgument of(
      Expression map, List<Expression> keys, List<Expression> values) {
    Map<String, String> literals = new TreeMap<>();
    Map<RowOption, Expression> columns = new EnumMap<>(RowOption.class);
    for (int i = 0; i < keys.size(); i++) {
      if (!keys.get(i).foldable()) {
        throw refused(map);
      }
      String key = String.valueOf(keys.get(i).eval(null));
      Expression value = values.get(i);
      if (value.foldable()) {
        Optional.ofNullable(value.eval(null)).ifPresent(v -> literals.put(key, String.valueOf(v)));
      } else {
        columns.put(RowOption.find(key).orElseThrow(() -> refused(map)), value);
      }
    }
    return new OptionsArgument(literals, columns);
  }

  private static Map<String, String> literals(Expression map) {
    Map<String, String> literals = new TreeMap<>();
    if (map.eval(null) instanceof MapData data) {
      for (int i = 0; i < data.numElements(); i++) {
        if (!data.valueArray().isNullAt(i)) {
          UTF8String key = data.keyArray().getUTF8String(i);
          literals.put(key.toString(), data.valueArray().getUTF8String(i).toString());
        }
      }
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
            + " map('truncateDim', '128'), in which only task and promptName may be columns, but are "
            + map.sql());
  }
}

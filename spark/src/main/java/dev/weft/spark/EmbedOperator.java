// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static java.util.stream.Collectors.joining;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.catalyst.CatalystProduct;
import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.collection.immutable.Seq;

/** What the logical and the physical node have in common: the arguments of their constructors. */
interface EmbedOperator extends CatalystProduct {
  /** What both are called in query plans. */
  String NAME = "Embed";

  /** What to embed, and the options that are columns, over the child's output. */
  Seq<Expression> inputs();

  /** The column of the embeddings; made once, so that its id stays the same in every copy. */
  Attribute result();

  /** The model and its options. */
  EmbedderSpec spec();

  /** The node the rows come from. */
  Object child();

  @Override
  default List<Object> constructorArguments() {
    return List.of(inputs(), result(), spec(), child());
  }

  /** What is embedded, and with what, for {@code EXPLAIN}. */
  default String describe() {
    List<?> all = ScalaCollections.list(inputs());
    String texts =
        all.get(0) + Arrays.stream(RowOption.values()).map(o -> o.describe(all)).collect(joining());
    return texts + " AS " + result() + ", " + spec();
  }

  /** The child's columns and the embedding. */
  static Seq<Attribute> output(Seq<Attribute> input, Attribute result) {
    List<Attribute> output = new ArrayList<>(ScalaCollections.list(input));
    output.add(result);
    return ScalaCollections.seq(output);
  }
}

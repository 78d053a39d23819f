// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static java.util.stream.Collectors.joining;

import dev.weft.serve.EmbedderSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.Product;
import scala.collection.immutable.Seq;

/**
 * What the logical and the physical node have in common: the four arguments of their constructors,
 * as the elements of a {@link Product}. Catalyst finds expressions, copies and compares nodes by
 * them, as it does with Scala's case classes.
 */
interface EmbedOperator extends Product {
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

  private List<Object> arguments() {
    return List.of(inputs(), result(), spec(), child());
  }

  @Override
  default int productArity() {
    return arguments().size();
  }

  @Override
  default Object productElement(int index) {
    return arguments().get(index);
  }

  @Override
  default boolean canEqual(Object other) {
    return getClass().isInstance(other);
  }

  /** Whether another node is of the same class and has equal arguments. */
  default boolean isSame(Object other) {
    return canEqual(other) && arguments().equals(((EmbedOperator) other).arguments());
  }

  /** A hash of the arguments. */
  default int hash() {
    return arguments().hashCode();
  }

  /** What is embedded, and with what, for {@code EXPLAIN}. */
  default String describe() {
    String texts =
        ScalaSeqs.list(inputs()).stream().map(Object::toString).collect(joining(", task "));
    return texts + " AS " + result() + ", " + spec();
  }

  /** The child's columns and the embedding. */
  static Seq<Attribute> output(Seq<Attribute> input, Attribute result) {
    List<Attribute> output = new ArrayList<>(ScalaSeqs.list(input));
    output.add(result);
    return ScalaSeqs.of(output);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.catalyst.ThrowUnchecked;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.errors.QueryCompilationErrors;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;

/** Makes the expression of a call, given the arguments as they were written. */
final class VectorBuilder extends AbstractFunction1<Seq<Expression>, Expression> {
  private final String name;
  private final ExpressionInfo info;
  private final int fewest;
  private final int most;
  private final java.util.function.Function<List<Expression>, Expression> build;

  private VectorBuilder(
      String name,
      ExpressionInfo info,
      int fewest,
      int most,
      java.util.function.Function<List<Expression>, Expression> build) {
    this.name = name;
    this.info = info;
    this.fewest = fewest;
    this.most = most;
    this.build = build;
  }

  static List<VectorBuilder> all() {
    return Stream.concat(
            Stream.of(VectorFunction.values()).map(VectorBuilder::of),
            Stream.of(VectorAggregation.values()).map(VectorBuilder::of))
        .toList();
  }

  private static VectorBuilder of(VectorFunction function) {
    int most = function.inputTypes().size();
    return new VectorBuilder(
        function.functionName(),
        FunctionInfo.of(VectorExpression.class, function.functionName(), function.usage()),
        function.hasDegree() ? most - 1 : most,
        most,
        arguments ->
            new VectorExpression(
                arguments.size() == most
                    ? ScalaCollections.seq(arguments)
                    : ScalaCollections.seq(
                        List.of(arguments.get(0), Literal.create(2f, DataTypes.FloatType))),
                function));
  }

  private static VectorBuilder of(VectorAggregation aggregation) {
    return new VectorBuilder(
        aggregation.functionName(),
        FunctionInfo.of(VectorAggregate.class, aggregation.functionName(), aggregation.usage()),
        1,
        1,
        arguments -> new VectorAggregate(arguments.get(0), aggregation, 0, 0));
  }

  String name() {
    return name;
  }

  ExpressionInfo info() {
    return info;
  }

  @Override
  public Expression apply(Seq<Expression> arguments) {
    if (arguments.size() < fewest || arguments.size() > most) {
      List<Object> counts =
          IntStream.rangeClosed(fewest, most).mapToObj(Object.class::cast).toList();
      throw ThrowUnchecked.of(
          QueryCompilationErrors.wrongNumArgsError(
              name, ScalaCollections.seq(counts), arguments.size(), "", "", ""));
    }
    return build.apply(ScalaCollections.list(arguments));
  }
}

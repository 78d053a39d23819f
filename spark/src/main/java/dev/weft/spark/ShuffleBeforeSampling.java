// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.RowOrdering;
import org.apache.spark.sql.catalyst.plans.physical.HashPartitioning;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.catalyst.plans.physical.RangePartitioning;
import org.apache.spark.sql.catalyst.plans.physical.RoundRobinPartitioning;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.exchange.ENSURE_REQUIREMENTS$;
import org.apache.spark.sql.execution.exchange.Exchange;
import org.apache.spark.sql.execution.exchange.ShuffleExchangeExec;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.FloatType;
import scala.Option;
import scala.runtime.AbstractPartialFunction;

/**
 * Keeps {@code ORDER BY} from running the model twice. Before Spark sorts it runs everything below
 * once to sample the rows, and a second time to sort them. A shuffle in between is run once and
 * read twice, and costs less than a model.
 *
 * <p>Rows go by a hash of columns that no vector is behind ({@link RepeatableColumns}). A map task
 * that is run again, after an executor was lost, must send every row where it sent it before, or
 * rows are lost and doubled; but the last digits of a vector may be others then, and they would
 * move rows between the partitions of a round robin, which Spark deals out in the order of their
 * bytes. Round robin stays where there is no such column.
 */
final class ShuffleBeforeSampling extends Rule<SparkPlan> {

  /** The same rule where adaptive execution, whose rules this is one of, is off. */
  static final class WithoutAdaptiveExecution extends ColumnarRule {
    @Override
    public Rule<SparkPlan> preColumnarTransitions() {
      return new ShuffleBeforeSampling();
    }
  }

  @Override
  public SparkPlan apply(SparkPlan plan) {
    return plan.transformUp(
        new AbstractPartialFunction<SparkPlan, SparkPlan>() {
          @Override
          public boolean isDefinedAt(SparkPlan node) {
            return node instanceof ShuffleExchangeExec exchange
                && exchange.outputPartitioning() instanceof RangePartitioning
                && embeds(exchange.child());
          }

          @Override
          public SparkPlan apply(SparkPlan node) {
            SparkPlan sampled = ((ShuffleExchangeExec) node).child();
            SparkPlan shuffled =
                new ShuffleExchangeExec(
                    partitioning(sampled, SQLConf.get().numShufflePartitions()),
                    sampled,
                    ENSURE_REQUIREMENTS$.MODULE$,
                    Option.empty());
            return node.withNewChildren(ScalaCollections.seq(List.of(shuffled)));
          }
        });
  }

  private static Partitioning partitioning(SparkPlan sampled, int partitions) {
    List<Expression> columns =
        RepeatableColumns.of(sampled).stream()
            .filter(column -> isHashable(column.dataType()))
            .map(Expression.class::cast)
            .toList();
    return columns.isEmpty()
        ? new RoundRobinPartitioning(partitions)
        : new HashPartitioning(ScalaCollections.seq(columns), partitions);
  }

  /**
   * Spark hashes neither maps nor variants; what it can sort it can hash. Other vectors may have
   * been made by the model too, in a cached table.
   */
  private static boolean isHashable(DataType type) {
    return RowOrdering.isOrderable(type)
        && !type.existsRecursively(
            part -> part instanceof ArrayType array && array.elementType() instanceof FloatType);
  }

  /** Whether the model runs in the stage that ends with a node. */
  private static boolean embeds(SparkPlan node) {
    return node instanceof EmbedExec
        || (!(node instanceof Exchange)
            && ScalaCollections.list(node.children()).stream()
                .anyMatch(ShuffleBeforeSampling::embeds));
  }
}

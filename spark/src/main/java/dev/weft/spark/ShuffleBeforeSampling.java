// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.vector.ScalaCollections;
import java.util.List;
import org.apache.spark.sql.catalyst.plans.physical.RangePartitioning;
import org.apache.spark.sql.catalyst.plans.physical.RoundRobinPartitioning;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.exchange.ENSURE_REQUIREMENTS$;
import org.apache.spark.sql.execution.exchange.Exchange;
import org.apache.spark.sql.execution.exchange.ShuffleExchangeExec;
import org.apache.spark.sql.internal.SQLConf;
import scala.Option;
import scala.runtime.AbstractPartialFunction;

/**
 * Keeps {@code ORDER BY} from running the model twice. Before Spark sorts it runs everything below
 * once to sample the rows, and a second time to sort them. A shuffle in between is run once and
 * read twice, and costs less than a model.
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
                    new RoundRobinPartitioning(SQLConf.get().numShufflePartitions()),
                    sampled,
                    ENSURE_REQUIREMENTS$.MODULE$,
                    Option.empty());
            return node.withNewChildren(ScalaCollections.seq(List.of(shuffled)));
          }
        });
  }

  /** Whether the model runs in the stage that ends with a node. */
  private static boolean embeds(SparkPlan node) {
    return node instanceof EmbedExec
        || (!(node instanceof Exchange)
            && ScalaCollections.list(node.children()).stream()
                .anyMatch(ShuffleBeforeSampling::embeds));
  }
}

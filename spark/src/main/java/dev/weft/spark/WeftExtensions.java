// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.arrow.ArrowStreamsStrategy;
import dev.weft.spark.vector.VectorExtensions;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import scala.Tuple3;
import scala.runtime.BoxedUnit;

/**
 * Installs Weft into every session whose class path has this jar, through {@code
 * META-INF/services/org.apache.spark.sql.SparkSessionExtensionsProvider}.
 */
public final class WeftExtensions implements SparkSessionExtensionsProvider {

  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    extensions.injectFunction(
        new Tuple3<>(
            new FunctionIdentifier(EmbedFunction.NAME), EmbedFunction.info(), new EmbedFunction()));
    extensions.injectCheckRule(session -> new CheckEmbeds());
    extensions.injectPlanNormalizationRule(session -> new ExtractEmbeds());
    extensions.injectOptimizerRule(session -> new OptimizeEmbeds());
    extensions.injectPlannerStrategy(session -> new EmbedStrategy());
    extensions.injectPlannerStrategy(session -> new ArrowStreamsStrategy());
    extensions.injectQueryStagePrepRule(session -> new ShuffleBeforeSampling());
    extensions.injectColumnar(session -> new ShuffleBeforeSampling.WithoutAdaptiveExecution());
    extensions.injectColumnar(session -> new VectorsToArrow());
    VectorExtensions.install(extensions);
    return BoxedUnit.UNIT;
  }
}

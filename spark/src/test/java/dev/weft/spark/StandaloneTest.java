// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a cluster of processes that assigns GPUs which nobody has. */
@Timeout(300) // should an executor never come
class StandaloneTest {
  @Order(1)
  @RegisterExtension
  static final StandaloneCluster CLUSTER = new StandaloneCluster();

  @Order(2)
  @RegisterExtension
  static final ClusterSpark SPARK =
      new ClusterSpark(CLUSTER::url)
          .with("spark.plugins", WeftPlugin.class::getName)
          .with("spark.speculation", () -> "true")
          .with("spark.speculation.interval", () -> "100ms")
          .with("spark.speculation.quantile", () -> "0.1")
          .with("spark.speculation.multiplier", () -> "1.1")
          .with("spark.executor.resource.gpu.amount", () -> "1")
          .with("spark.task.resource.gpu.amount", () -> "1");

  private static final int COUNT = 400;

  private static Dataset<Row> embedded(String model, String device) {
    return Numbered.rows(SPARK.spark(), COUNT, 4)
        .withColumn("emb", embed(col("text"), model, Map.of("device", device)));
  }

  @Test
  void aTaskThatHangsIsRunASecondTimeAndKilled() throws Exception {
    try (TaskFailures failures = new TaskFailures(SPARK.spark().sparkContext())) {
      Dataset<Row> rows = embedded(Numbered.MODEL, "cpu");
      List<Row> found =
          rows.mapPartitions(new Trouble(Trouble.Kind.HANG, 1, 50), rows.encoder()).collectAsList();

      Numbered.check(found, COUNT);
      assertThat(ExecutorReport.of(SPARK.spark(), 2))
          .allSatisfy(
              executor -> {
                assertThat(executor.cores()).isEqualTo(1);
                assertThat(executor.leases()).isZero();
                assertThat(executor.arrowBytes()).isZero();
              });
      assertThat(failures.reasons()).singleElement().asString().startsWith("TaskKilled(");
    }
  }

  @Test
  void aModelOfTheDriverIsShipped() {
    String name = Weft.ship(SPARK.spark(), Numbered.MODEL);

    Numbered.check(embedded(name, "cpu").collectAsList(), COUNT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "cuda"})
  void theGpuThatSparkAssignedMustBeThere(String device) {
    assertThatThrownBy(() -> embedded(Numbered.MODEL, device).collectAsList())
        .hasStackTraceContaining(
            "GPU \""
                + StandaloneCluster.GPU
                + "\" was assigned to the task, but the engine sees none; set device=cpu, or"
                + " install a driver and the CUDA build of the engine");
  }
}

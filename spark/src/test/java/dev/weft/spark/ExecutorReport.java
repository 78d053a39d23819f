// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderCache;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.util.ArrowUtils;

/**
 * What an executor holds while it runs a task that embeds nothing.
 *
 * @param process its process
 * @param cores Spark gave it
 * @param leases that are not closed
 * @param arrowBytes that are not freed
 */
record ExecutorReport(long process, int cores, long leases, long arrowBytes)
    implements Serializable {

  /** One for each executor, as soon as so many have a core free at once. */
  static List<ExecutorReport> of(SparkSession spark, int executors) {
    Function<Integer, ExecutorReport> report = task -> here();
    List<ExecutorReport> reports = List.of();
    while (reports.stream().map(ExecutorReport::process).distinct().count() < executors) {
      reports =
          JavaSparkContext.fromSparkContext(spark.sparkContext())
              .parallelize(IntStream.range(0, 8 * executors).boxed().toList(), 8 * executors)
              .map(report)
              .collect();
    }
    return reports;
  }

  private static ExecutorReport here() {
    return new ExecutorReport(
        ProcessHandle.current().pid(),
        ExecutorCores.count(SparkEnv.get().conf()),
        EmbedderCache.shared().leases(),
        ArrowUtils.rootAllocator().getAllocatedMemory());
  }
}

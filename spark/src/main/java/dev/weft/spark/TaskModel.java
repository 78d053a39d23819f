// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.sql.SparkSession;

/**
 * The model of a query, as its tasks find it: from where Spark put its files, on the GPU that Spark
 * assigned to the task. Where it assigned one to the executor only, the partitions take turns on
 * the executor's.
 *
 * @param spec the model and its options
 * @param sessionFolder see {@link AddedModel#sessionFolder}
 */
record TaskModel(EmbedderSpec spec, String sessionFolder) implements Serializable {
  private static final String GPU = "gpu";

  /** Made on the driver, by the thread that plans the query. */
  static TaskModel ofQuery(EmbedderSpec spec) {
    return new TaskModel(spec, AddedModel.sessionFolder());
  }

  /** The same for a data set of a session, before a query of it is planned. */
  static TaskModel ofSession(EmbedderSpec spec, SparkSession session) {
    return ((org.apache.spark.sql.classic.SparkSession) session)
        .artifactManager()
        .withResources(() -> ofQuery(spec));
  }

  /**
   * Loads the model, or takes a share of it.
   *
   * @return closed by the caller when the task ends
   */
  EmbedderCache.Lease acquire(TaskContext task) {
    List<String> gpus = gpus(task.resourcesJMap());
    if (gpus.isEmpty()) {
      gpus = turn(WeftPlugin.gpusOfExecutor(), task.partitionId());
    }
    return acquire(AddedModel.locate(spec, sessionFolder), gpus, SparkEnv.get().conf());
  }

  /** The same for an executor that has no task yet, and so no session's files. */
  static EmbedderCache.Lease preload(EmbedderSpec spec, List<String> gpus, SparkConf conf) {
    return acquire(AddedModel.locate(spec, ""), gpus, conf);
  }

  private static EmbedderCache.Lease acquire(EmbedderSpec spec, List<String> gpus, SparkConf conf) {
    return EmbedderCache.shared().acquire(spec, new Place(gpus, ExecutorCores.count(conf)));
  }

  /** The addresses of the GPUs among some resources. */
  static List<String> gpus(Map<String, ResourceInformation> resources) {
    ResourceInformation gpu = resources.get(GPU);
    return gpu == null ? List.of() : List.of(gpu.addresses());
  }

  private static List<String> turn(List<String> gpus, int partition) {
    return gpus.isEmpty() ? gpus : List.of(gpus.get(partition % gpus.size()));
  }
}

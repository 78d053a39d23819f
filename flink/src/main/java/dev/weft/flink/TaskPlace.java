// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * Where a task's model runs. Flink gives all GPUs of a TaskManager to each of its tasks, so they
 * are dealt out here, as the tasks of a model come. Their numbers would not do: which of a job's
 * subtasks are in one TaskManager is Flink's choice. For any threads.
 */
final class TaskPlace {
  /** The name under {@code external-resources}, as Flink's documentation has it. */
  private static final String RESOURCE = "gpu";

  /** The only property of Flink's GPU driver: the number of the GPU in the machine. */
  private static final String INDEX = "index";

  /** How many tasks of this process have been dealt a GPU for a model. */
  private static final Map<EmbedderSpec, AtomicInteger> DEALT = new ConcurrentHashMap<>();

  private TaskPlace() {}

  /** To be called once a task: the next call may give another GPU. */
  static Place of(RuntimeContext context, EmbedderSpec spec, int cores) {
    return of(context::getExternalResourceInfos, spec, cores);
  }

  /** The contexts of streams and of tables have the same method, but no type for it. */
  static Place of(
      Function<String, Set<ExternalResourceInfo>> resources, EmbedderSpec spec, int cores) {
    List<String> gpus = resources.apply(RESOURCE).stream().map(TaskPlace::index).sorted().toList();
    if (gpus.isEmpty()) {
      return new Place(List.of(), cores);
    }
    int turn = DEALT.computeIfAbsent(spec, model -> new AtomicInteger()).getAndIncrement();
    return new Place(List.of(gpus.get(Math.floorMod(turn, gpus.size()))), cores);
  }

  private static String index(ExternalResourceInfo info) {
    return info.getProperty(INDEX)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "external resource \""
                        + RESOURCE
                        + "\" has no property \""
                        + INDEX
                        + "\" but "
                        + info.getKeys()
                        + "; set external-resource.gpu.driver-factory.class to"
                        + " org.apache.flink.externalresource.gpu.GPUDriverFactory"));
  }
}

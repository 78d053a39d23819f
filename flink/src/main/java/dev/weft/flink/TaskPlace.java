// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.Place;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * Where a task's model runs. Flink gives all GPUs of a TaskManager to each of its tasks, so they
 * are dealt out here, subtask by subtask.
 */
final class TaskPlace {
  /** The name under {@code external-resources}, as Flink's documentation has it. */
  private static final String RESOURCE = "gpu";

  /** The only property of Flink's GPU driver: the number of the GPU in the machine. */
  private static final String INDEX = "index";

  private TaskPlace() {}

  static Place of(RuntimeContext context, int cores) {
    return of(context::getExternalResourceInfos, context::getTaskInfo, cores);
  }

  /** The contexts of streams and of tables have the same methods, but no type for them. */
  static Place of(
      Function<String, Set<ExternalResourceInfo>> resources, Supplier<TaskInfo> task, int cores) {
    List<String> gpus = resources.apply(RESOURCE).stream().map(TaskPlace::index).sorted().toList();
    if (gpus.isEmpty()) {
      return new Place(List.of(), cores);
    }
    int subtask = task.get().getIndexOfThisSubtask();
    return new Place(List.of(gpus.get(subtask % gpus.size())), cores);
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

// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;

/**
 * How many slots a TaskManager has; zero if nobody says. A slot stands for a core: a container or a
 * whole machine may show more.
 */
final class TaskSlots {
  private TaskSlots() {}

  /** As a configuration has them, which need not be that of the TaskManagers. */
  static int in(ReadableConfig configuration) {
    return configuration.getOptional(TaskManagerOptions.NUM_TASK_SLOTS).orElse(0);
  }

  /** Of the TaskManager that runs a task, if the context is the operator's own. */
  static int of(RuntimeContext task) {
    return task instanceof StreamingRuntimeContext own
        ? in(own.getTaskManagerRuntimeInfo().getConfiguration())
        : 0;
  }
}

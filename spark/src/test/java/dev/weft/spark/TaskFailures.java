// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.SparkContext;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Why tasks ended that did not succeed, while it is open. */
final class TaskFailures extends SparkListener implements AutoCloseable {
  private final List<String> reasons = new CopyOnWriteArrayList<>();
  private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
  private final SparkContext context;

  TaskFailures(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
    stages.add(submitted.stageInfo().stageId());
  }

  /** Tasks of jobs before this one may end late. */
  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (stages.contains(end.stageId()) && end.reason() != Success$.MODULE$) {
      reasons.add(end.reason().toString());
    }
  }

  List<String> reasons() throws Exception {
    context.listenerBus().waitUntilEmpty();
    return reasons;
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}

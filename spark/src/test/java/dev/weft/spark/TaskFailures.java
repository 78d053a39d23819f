// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.SparkContext;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** Why tasks ended that did not succeed, while it is open. */
final class TaskFailures extends SparkListener implements AutoCloseable {
  private final List<String> reasons = new CopyOnWriteArrayList<>();
  private final SparkContext context;

  TaskFailures(SparkContext context) {
    this.context = context;
    context.addSparkListener(this);
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.reason() != Success$.MODULE$) {
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

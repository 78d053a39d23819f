// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/**
 * Texts, each with the time it is due: evenly spaced from the first on, whatever became of those
 * before. A text that Flink takes late is offered at once, and its delay shows as it counts from
 * when it was due. Waits in the source's thread, so nothing else may be in that task.
 */
final class Schedule implements GeneratorFunction<Long, Tuple2<String, Long>> {
  private static final long serialVersionUID = 1L;

  private final List<String> texts;
  private final double rate;
  private transient long start;

  /**
   * Describes a schedule.
   *
   * @param texts offered over and over
   * @param rate texts a second; zero for each as soon as Flink takes it
   */
  Schedule(List<String> texts, double rate) {
    this.texts = List.copyOf(texts);
    this.rate = rate;
  }

  @Override
  public Tuple2<String, Long> map(Long index) throws InterruptedException {
    long now = System.nanoTime();
    start = index == 0 ? now : start;
    long due = rate > 0 ? start + Math.round(index * 1e9 / rate) : now;
    while (System.nanoTime() < due) {
      LockSupport.parkNanos(due - System.nanoTime());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return Tuple2.of(texts.get((int) (index % texts.size())), due);
  }
}

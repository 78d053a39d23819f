// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.BatchLease;
import dev.weft.serve.BatchObserver;
import dev.weft.serve.BatchTerms;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * What a job says about its embedding, as it travels to the TaskManagers.
 *
 * @param cores those a TaskManager has by its configuration; zero if the plan does not know
 */
record EmbedPlan<IN>(
    EmbedderSpec spec,
    TextSelector<IN> text,
    TaskSelector<IN> task,
    BatchOptions options,
    int cores,
    LeaseSource source)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Opens it in a task.
   *
   * @throws dev.weft.config.ModelException if the model cannot be found or used
   */
  EmbedTask<IN> open(RuntimeContext context) {
    Place place = TaskPlace.of(context, cores);
    EmbedMetrics metrics = new EmbedMetrics(context.getMetricGroup());
    BatchTerms terms = new BatchTerms(options.capacity(), options.linger(), options.cacheBytes());
    BatchLease lease = NativeLibraries.loading(() -> source.acquire(spec, place, terms, metrics));
    try {
      JobModels.keep(
          context,
          List.of(spec, place),
          () -> source.acquire(spec, place, BatchTerms.keepOpen(), BatchObserver.NONE)::close);
      metrics.watch(lease);
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
    return new EmbedTask<>(this, lease, metrics);
  }
}

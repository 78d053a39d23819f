// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.BatchLease;
import dev.weft.serve.BatchObserver;
import dev.weft.serve.BatchTerms;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.OnError;
import dev.weft.serve.Place;
import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.MetricGroup;

/**
 * What a job says about its embedding, as it travels to the TaskManagers.
 *
 * @param cores those a TaskManager has by the configuration of a query's session; zero if that does
 *     not say. Only for queries: the operators of streams see the TaskManager's own
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

  EmbedPlan {
    checked(spec);
  }

  /**
   * The same spec.
   *
   * @throws IllegalArgumentException if it says what becomes of failures, which is Flink's business
   */
  static EmbedderSpec checked(EmbedderSpec spec) {
    if (spec.onError() != OnError.FAIL) {
      throw new IllegalArgumentException(
          "option \"onError\" of the spec does nothing in Flink; in Java use"
              + " BatchOptions.withOnError, in SQL the option \"onError\" of CREATE MODEL");
    }
    return spec;
  }

  /**
   * Opens it in a task.
   *
   * @param context the operator's own, which shows the TaskManager's slots
   * @throws dev.weft.config.ModelException if the model cannot be found or used
   */
  EmbedTask<IN> open(RuntimeContext context) {
    Place place = TaskPlace.of(context, spec, TaskSlots.of(context));
    EmbedTask<IN> task = open(place, context.getMetricGroup());
    try {
      JobModels.keep(
          context,
          List.of(spec, place),
          () -> source.acquire(spec, place, BatchTerms.keepOpen(), BatchObserver.NONE)::close);
    } catch (RuntimeException | Error e) {
      task.close();
      throw e;
    }
    return task;
  }

  EmbedPlan<IN> withSpec(EmbedderSpec other) {
    return new EmbedPlan<>(other, text, task, options, cores, source);
  }

  /** Opens it without keeping the model beyond the task. */
  EmbedTask<IN> open(Place place, MetricGroup group) {
    EmbedMetrics metrics = new EmbedMetrics(group);
    BatchTerms terms = new BatchTerms(options.capacity(), options.linger(), options.cacheBytes());
    BatchLease lease = NativeLibraries.loading(() -> source.acquire(spec, place, terms, metrics));
    metrics.watch(lease);
    return new EmbedTask<>(this, lease, metrics);
  }
}

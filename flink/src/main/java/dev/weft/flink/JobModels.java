// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.EmbedderCache;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.util.ExceptionUtils;

/**
 * Keeps the models of a job loaded until the job has left the TaskManager. Tasks come and go with
 * every failure and restart; a model that went with the last of them would be loaded each time.
 * What tells that a job has left is the release of its class loader. Thread-safe.
 */
final class JobModels {
  private static final String HOOK = "dev.weft.models";

  private static final Map<ClassLoader, Map<Object, Runnable>> KEPT = new HashMap<>();

  private JobModels() {}

  /**
   * Keeps a model for the job of a task that has loaded it.
   *
   * @param model equal for what need not be kept twice
   * @param lease takes another share of the model and says how to give it back
   */
  static void keep(RuntimeContext context, Object model, Supplier<Runnable> lease) {
    ClassLoader loader = context.getUserCodeClassLoader();
    context.registerUserCodeClassLoaderReleaseHookIfAbsent(HOOK, () -> release(loader));
    synchronized (KEPT) {
      KEPT.computeIfAbsent(loader, job -> new HashMap<>())
          .computeIfAbsent(model, key -> lease.get());
    }
  }

  /**
   * The job has left. Models that no other job uses are closed, and one that cannot be given back
   * does not keep the others: its failure is thrown when all are done.
   */
  static void release(ClassLoader loader) {
    Map<Object, Runnable> kept;
    synchronized (KEPT) {
      kept = KEPT.remove(loader);
    }
    if (kept != null) {
      List<Runnable> steps = new ArrayList<>(kept.values());
      steps.add(EmbedderCache.shared()::closeIdle);
      runAll(steps);
    }
  }

  private static void runAll(List<Runnable> steps) {
    Throwable first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        first = ExceptionUtils.firstOrSuppressed(e, first);
      }
    }
    if (first != null) {
      ExceptionUtils.rethrow(first);
    }
  }
}

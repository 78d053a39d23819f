// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.EmbedderSpec;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Explains what happens when Weft comes with a job's jar. Flink loads such a jar anew for every
 * job, but a process can load a native library for one class loader only: the first job works, the
 * second cannot load its model.
 */
final class NativeLibraries {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

  /** The words of the JDK. */
  private static final String LOADED_BEFORE = "already loaded in another classloader";

  private static final String RECIPE =
      "put weft-flink, weft-common and the ai.djl jars into Flink's lib/ directory and give them the"
          + " scope \"provided\" in the job; if they must stay in the job's jar too, set"
          + " classloader.parent-first-patterns.additional: ai.djl.;dev.weft.";

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private NativeLibraries() {}

  /** Runs what loads a model, and says what to do if it fails because another job was first. */
  static <T> T loading(Supplier<T> model) {
    if (EmbedderSpec.class.getClassLoader() != RuntimeContext.class.getClassLoader()
        && !WARNED.getAndSet(true)) {
      LOG.warn(
          "Weft was loaded from the jar of a job. PyTorch's native library is bound to this job"
              + " now: other jobs of this TaskManager cannot load it, nor can this one when it"
              + " comes again. Better {}",
          RECIPE);
    }
    try {
      return model.get();
    } catch (RuntimeException | Error e) {
      if (isLoadedBefore(e)) {
        throw new IllegalStateException(
            "a native library of DJL is bound to the class loader of another job in this"
                + " TaskManager; restart the TaskManager and "
                + RECIPE,
            e);
      }
      throw e;
    }
  }

  /** The JDK repeats the message of a class's failed start in later attempts. */
  private static boolean isLoadedBefore(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(LOADED_BEFORE)) {
        return true;
      }
    }
    return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.JobArtifactSet$;
import org.apache.spark.JobArtifactState;
import org.apache.spark.SparkFiles;

/**
 * Finds models that Spark brought to the executor: by {@code --archives model.zip#name}, {@code
 * --files}, {@code ADD ARCHIVE} and {@code ADD FILE}, and by {@link Weft#ship}. Such a model is
 * named by its plain name, which is a path below the folder of Spark's files.
 */
final class AddedModel {
  private AddedModel() {}

  /**
   * The folder below that of Spark's files where executors keep those of the session whose query is
   * planned on this thread. Only the driver knows; empty if sessions are not kept apart.
   */
  static String sessionFolder() {
    return JobArtifactSet$.MODULE$
        .getCurrentJobArtifactState()
        .map(JobArtifactState::uuid)
        .getOrElse(() -> "");
  }

  /** The same spec, its model by its path if Spark has a file of that name. */
  static EmbedderSpec locate(EmbedderSpec spec, String sessionFolder) {
    String name = spec.model();
    if (name.contains(":") || Path.of(name).isAbsolute()) {
      return spec;
    }
    Path files = Path.of(SparkFiles.getRootDirectory());
    return Stream.of(files.resolve(sessionFolder), files)
        .map(folder -> folder.resolve(name))
        .filter(Files::exists)
        .findFirst()
        .map(path -> spec.withModel(path.toAbsolutePath().normalize().toString()))
        .orElse(spec);
  }
}

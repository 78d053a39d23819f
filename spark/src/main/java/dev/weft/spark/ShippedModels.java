// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.store.ModelArchive;
import java.nio.file.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.Utils;
import scala.runtime.BoxedUnit;

/** Models that the driver hands to executors, kept in a folder that goes with the process. */
final class ShippedModels {
  private static final Path FOLDER =
      Utils.createTempDir(System.getProperty("java.io.tmpdir"), "weft").toPath();

  private ShippedModels() {}

  /** Packs a model for the executors; the archive's name is its hash, so it is added once. */
  static String ship(SparkSession session, String model) {
    Path archive = ModelArchive.pack(model, FOLDER);
    SparkContext context = session.sparkContext();
    // Spark keeps the files of sessions apart: those of the context alone, no query sees.
    ((org.apache.spark.sql.classic.SparkSession) session)
        .artifactManager()
        .withResources(
            () -> {
              context.addFile(archive.toUri().toString());
              return BoxedUnit.UNIT;
            });
    return archive.getFileName().toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One {@code local[4]} session for all tests of the process, but for those that need a cluster:
 * {@link ClusterSpark} stops it, and the next test that needs it makes it anew. Nothing but the jar
 * installs Weft: no {@code spark.sql.extensions} is set.
 */
public final class LocalSpark implements BeforeAllCallback {
  private static volatile SparkSession session;

  @Override
  public void beforeAll(ExtensionContext context) {
    synchronized (LocalSpark.class) {
      if (session == null || session.sparkContext().isStopped()) {
        session =
            SparkSession.builder()
                .master("local[4]")
                .appName("weft-test")
                .config("spark.hadoop.fs.renamed.impl", RenamedFileSystem.class.getName())
                .config("spark.plugins", WeftPlugin.class.getName())
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.artifact.isolation.enabled", "false")
                .getOrCreate();
        Runtime.getRuntime().addShutdownHook(new Thread(session::stop));
      }
    }
  }

  public SparkSession spark() {
    return session;
  }
}

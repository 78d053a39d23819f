// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A session whose executors are processes of their own, with the class path and the opened packages
 * of the tests. {@code SPARK_HOME} is a folder without a Spark, set by the build.
 */
final class ClusterSpark implements BeforeAllCallback, AfterAllCallback {
  static final String LOCAL_CLUSTER = "local-cluster[2,1,1024]";

  /** The folder that stands for a Spark. */
  static final Path HOME = Path.of(System.getenv().getOrDefault("SPARK_HOME", "target/spark-home"));

  private final Supplier<String> master;
  private final Map<String, Supplier<String>> settings = new LinkedHashMap<>();
  private SparkSession session;

  ClusterSpark(Supplier<String> master) {
    this.master = master;
  }

  /** The value is asked for when the session starts. */
  ClusterSpark with(String key, Supplier<String> value) {
    settings.put(key, value);
    return this;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    SparkSession.getDefaultSession().foreach(running -> stop(running));
    Files.createDirectories(HOME.resolve("jars"));
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master.get())
            .appName("weft-cluster-test")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.executor.memory", "1g")
            .config("spark.executor.extraClassPath", classPath().toString())
            .config("spark.executor.extraJavaOptions", String.join(" ", javaOptions()))
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2");
    settings.forEach((key, value) -> builder.config(key, value.get()));
    session = builder.getOrCreate();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    stop(session);
  }

  private static boolean stop(SparkSession running) {
    running.stop();
    SparkSession.clearActiveSession();
    SparkSession.clearDefaultSession();
    return true;
  }

  SparkSession spark() {
    return session;
  }

  /** The class path of the tests as one short path: a jar that only names it. */
  static Path classPath() throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Path jar = HOME.resolve("tests.jar").toAbsolutePath();
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }

  /** What this process was told to open; and short-lived processes need no second compiler. */
  static List<String> javaOptions() {
    return Stream.concat(
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens")),
            Stream.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"))
        .toList();
  }
}

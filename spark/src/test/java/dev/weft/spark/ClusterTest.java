// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TestModel;
import dev.weft.store.ModelArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * On two executors that are processes: trouble in the middle of a job, and models brought along.
 */
@Timeout(300) // should an executor never come
class ClusterTest {
  /** A window and some rows in each of two partitions. */
  private static final int COUNT = 8600;

  /** Executors that start later fetch again what was added, so it stays for all tests. */
  @TempDir static Path folder;

  private static Path archive;

  @RegisterExtension
  static final ClusterSpark CLUSTER =
      new ClusterSpark(() -> ClusterSpark.LOCAL_CLUSTER)
          .with("spark.archives", () -> submitted() + "#submitted");

  private static URI submitted() {
    archive = ModelArchive.pack(Numbered.MODEL, folder);
    try {
      return Files.copy(archive, folder.resolve("submitted.zip")).toUri();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SparkSession spark() {
    return CLUSTER.spark();
  }

  @Test
  void aTaskThatFailsIsRunAgain() throws Exception {
    try (TaskFailures failures = new TaskFailures(spark().sparkContext())) {
      Numbered.check(embedded(Trouble.Kind.THROW), COUNT);
      assertThat(failures.reasons())
          .filteredOn(reason -> reason.contains("trouble after 4200 rows"))
          .hasSize(1);
    }
    nothingIsHeld();
  }

  @Test
  void anExecutorThatDiesIsReplaced() throws Exception {
    try (TaskFailures failures = new TaskFailures(spark().sparkContext())) {
      Numbered.check(embedded(Trouble.Kind.HALT), COUNT);
      assertThat(failures.reasons())
          .anySatisfy(reason -> assertThat(reason).startsWith("ExecutorLostFailure"));
    }
    nothingIsHeld();
  }

  /** Trouble in partition 1, whose second window is then half read. */
  private static List<Row> embedded(Trouble.Kind kind) {
    Dataset<Row> rows =
        Numbered.rows(spark(), COUNT, 2).withColumn("emb", embed(col("text"), Numbered.MODEL));
    return rows.mapPartitions(new Trouble(kind, 1, 4200), rows.encoder()).collectAsList();
  }

  private static void nothingIsHeld() {
    assertThat(ExecutorReport.of(spark(), 2))
        .allSatisfy(
            executor -> {
              assertThat(executor.cores()).as("of its own, not the machine's").isEqualTo(1);
              assertThat(executor.leases()).isZero();
              assertThat(executor.arrowBytes()).isZero();
            });
  }

  @Test
  void aModelOfTheDriverIsShipped() throws IOException {
    Path model = copy("shipped");

    String name = Weft.ship(spark(), model.toString());
    assertThat(Weft.ship(spark(), model.toString())).isEqualTo(name);
    Files.move(model, folder.resolve("elsewhere"));

    assertThat(name).matches("weft-[0-9a-f]{64}\\.zip");
    check(name, 400);
  }

  /** Executors keep what a session shipped in a folder of the session's. */
  @Test
  void aStageOnMapPartitionsFindsTheModelThatItsSessionShipped() {
    SentenceEmbedder stage =
        new SentenceEmbedder()
            .setPath("mapPartitions")
            .setModel(Weft.ship(spark(), Numbered.MODEL))
            .setInputCol("text")
            .setOutputCol("emb");

    Numbered.check(stage.transform(Numbered.rows(spark(), 400, 4)).collectAsList(), 400);
  }

  @Test
  void anArchiveIsFoundByTheNameItWasGiven() throws IOException {
    Path zip = Files.copy(archive, folder.resolve("model.zip"));

    spark().sql("ADD ARCHIVE '" + zip.toUri() + "#unpacked'");

    check("unpacked", 400);
  }

  @Test
  void aFileIsFoundByItsName() throws IOException {
    Path zip = Files.copy(archive, folder.resolve("packed.zip"));

    spark().sql("ADD FILE '" + zip.toUri() + "'");

    check("packed.zip", 400);
  }

  @Test
  void whatTheApplicationWasSubmittedWithIsFound() {
    check("submitted", 400);
  }

  @Test
  void aShippedModelThatWasChangedIsRefused() throws IOException {
    String name = "weft-" + "0".repeat(64) + ".zip";
    Path changed = Files.copy(archive, folder.resolve(name));

    spark().sql("ADD FILE '" + changed.toUri() + "'");

    assertThatThrownBy(() -> check(name, 4))
        .hasStackTraceContaining(
            name
                + ": its SHA-256 is "
                + archive.getFileName().toString().substring(5, 69)
                + ", not the one in its name; bring it here again");
  }

  private static Path copy(String name) {
    return TestModel.copyOf(Path.of(Numbered.MODEL), folder.resolve(name)).dir();
  }

  private static void check(String model, int count) {
    Numbered.check(
        Numbered.rows(spark(), count, 4)
            .withColumn("emb", embed(col("text"), model))
            .collectAsList(),
        count);
  }
}

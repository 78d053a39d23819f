// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.serve.FakeTextEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A job that is stopped with a savepoint while the model has rows. Its two sources give a hundred
 * rows each and then wait, so that the savepoint stands behind rows that are known.
 */
@Timeout(120)
class StoppedJobTest {
  private static final int ROWS = 1000;
  private static final int SOURCES = 2;
  private static final int ROWS_BEFORE = 100;

  private static final Semaphore GIVEN = new Semaphore(0);

  /** Gives some rows, and no more. */
  private static final class Before implements RateLimiter<NumberSequenceSplit> {
    private int left = ROWS_BEFORE;

    @Override
    public CompletionStage<Void> acquire(int requests) {
      left -= requests;
      return left < 0 ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
    }
  }

  @TempDir private Path folder;
  private MiniCluster flink;
  private FakeTextEncoder encoder;

  @BeforeEach
  void start() throws Exception {
    GIVEN.drainPermits();
    encoder = FakeModels.load(1, 16);
    flink =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(3)
                .build());
    flink.start();
  }

  @AfterEach
  void end() throws Exception {
    flink.close();
  }

  @ParameterizedTest
  @CsvSource({"ASYNC, 1", "ASYNC, 3", "OPERATOR, 1", "OPERATOR, 3"})
  void everyRowComesOutOnceAndInOrder(Form form, int parallelism) throws Exception {
    JobID job = startAndHold(form);

    String savepoint = stop(job, false).get();

    // Two calls were let through, of less than twenty rows each.
    assertThat(WrittenFiles.lines(files())).hasSizeLessThan(40);
    encoder.awaitClosed();
    encoder.open();
    StreamGraph restored = graph(form, parallelism, RateLimiterStrategy.noOp());
    restored.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    flink.submitJob(restored).get();
    assertThat(flink.requestJobResult(restored.getJobID()).get().getSerializedThrowable())
        .isEmpty();

    assertWritten(IntStream.range(0, ROWS));
  }

  @ParameterizedTest
  @EnumSource
  void drainingLetsAllRowsOutThatCameIn(Form form) throws Exception {
    JobID job = startAndHold(form);

    CompletableFuture<String> savepoint = stop(job, true);
    encoder.open();
    savepoint.get();

    assertWritten(
        IntStream.range(0, SOURCES)
            .flatMap(source -> IntStream.range(0, ROWS_BEFORE).map(i -> first(source) + i)));
  }

  /** Returns when all rows were given and the model holds some, for good. */
  private JobID startAndHold(Form form) throws Exception {
    encoder.hold();
    encoder.release(2);
    StreamGraph graph = graph(form, SOURCES, parallelism -> new Before());
    flink.submitJob(graph).get();
    GIVEN.acquire(SOURCES * ROWS_BEFORE);
    for (int call = 0; call < 3; call++) {
      encoder.awaitCall();
    }
    return graph.getJobID();
  }

  private CompletableFuture<String> stop(JobID job, boolean drain) {
    return flink.stopWithSavepoint(
        job, folder.resolve("savepoints").toUri().toString(), drain, SavepointFormatType.CANONICAL);
  }

  private StreamGraph graph(
      Form form, int parallelism, RateLimiterStrategy<NumberSequenceSplit> rate) {
    Configuration configuration = new Configuration();
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    StreamExecutionEnvironment job =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    job.setParallelism(parallelism);
    DataGeneratorSource<Tuple2<Integer, String>> source =
        new DataGeneratorSource<>(StoppedJobTest::give, ROWS, rate, FakeModels.ROW);
    form.embed(
            job.fromSource(source, WatermarkStrategy.noWatermarks(), "rows").uid("rows"),
            BatchOptions.DEFAULT.withLinger(Duration.ofMillis(1)))
        .uid("embed")
        .sinkTo(WrittenFiles.sink(files()))
        .uid("files");
    StreamGraph graph = job.getStreamGraph();
    graph.setJobId(new JobID());
    return graph;
  }

  private static Tuple2<Integer, String> give(Long number) {
    GIVEN.release();
    return FakeModels.row(number.intValue());
  }

  private static int first(int source) {
    return source * ROWS / SOURCES;
  }

  private Path files() {
    return folder.resolve("files");
  }

  /** Each once, and those of a source in order wherever one subtask wrote them. */
  private void assertWritten(IntStream rows) throws IOException {
    assertThat(WrittenFiles.lines(files()))
        .containsExactlyInAnyOrderElementsOf(rows.mapToObj(FakeModels::embedded).toList());
    for (List<String> lines : WrittenFiles.bySubtask(files()).values()) {
      List<Integer> numbers =
          lines.stream()
              .map(line -> Integer.parseInt(line.substring(0, line.indexOf('['))))
              .toList();
      for (int source = 0; source < SOURCES; source++) {
        int from = first(source);
        int to = first(source + 1);
        assertThat(numbers.stream().filter(number -> number >= from && number < to)).isSorted();
      }
    }
  }
}

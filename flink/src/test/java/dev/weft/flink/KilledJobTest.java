// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.serve.FakeTextEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A job from files to files that are written exactly once, killed twenty times at points drawn from
 * a seed: by turns a task throws, before or behind the embedding, and a whole TaskManager goes.
 */
@Timeout(300)
class KilledJobTest {
  private static final int ROWS = 6000;
  private static final int FILES = 6;
  private static final int ROWS_A_PAUSE = 4;
  private static final int PARALLELISM = 2;

  /** Where the job fails next. One job of this JVM at a time. */
  private static final class Trouble {
    static final int KILLS = 20;
    private static final Semaphore TASK_MANAGERS = new Semaphore(0);
    private static Random random = new Random();
    private static int kills;
    private static int rows;
    private static int next;

    private Trouble() {}

    static synchronized void begin(long seed) {
      random = new Random(seed);
      kills = 0;
      rows = 0;
      next = random.nextInt(300);
    }

    static synchronized int kills() {
      return kills;
    }

    static synchronized int rows() {
      return rows;
    }

    /** A row passes. */
    static synchronized void row() {
      if (++rows < next || kills == KILLS) {
        return;
      }
      kills++;
      next = rows + 20 + random.nextInt(400);
      if (kills % 2 == 0) {
        TASK_MANAGERS.release();
      } else {
        throw new IllegalStateException("kill " + kills);
      }
    }
  }

  private static <T> MapFunction<T, T> trouble() {
    return row -> {
      Trouble.row();
      return row;
    };
  }

  /** The number that a line begins with makes its row. Sleeps, so that the job takes a while. */
  private static MapFunction<String, Tuple2<Integer, String>> paced() {
    return line -> {
      int id = Integer.parseInt(line);
      if (id % ROWS_A_PAUSE == 0) {
        Thread.sleep(1);
      }
      return FakeModels.row(id);
    };
  }

  @ParameterizedTest
  @CsvSource({"ASYNC, aligned", "ASYNC, unaligned", "OPERATOR, aligned", "OPERATOR, unaligned"})
  void everyRowComesOutOnce(Form form, String barriers, @TempDir Path folder) throws Exception {
    // Batches never fill, so that at any moment some sixty rows a subtask wait out their linger.
    FakeTextEncoder encoder = FakeModels.load(2, 1 << 20);
    encoder.forgetCalls();
    Trouble.begin((form + barriers).hashCode());
    Path input = Files.createDirectory(folder.resolve("in"));
    for (int file = 0; file < FILES; file++) {
      int first = file * ROWS / FILES;
      Files.write(
          input.resolve("numbers-" + file),
          IntStream.range(first, first + ROWS / FILES).mapToObj(String::valueOf).toList());
    }
    Path output = folder.resolve("out");
    MiniClusterConfiguration cluster =
        new MiniClusterConfiguration.Builder()
            .setNumTaskManagers(2)
            .setNumSlotsPerTaskManager(PARALLELISM)
            .build();
    try (MiniCluster flink = new MiniCluster(cluster)) {
      flink.start();
      JobID job = flink.submitJob(graph(form, barriers, input, output)).get().getJobID();
      CompletableFuture<JobResult> result = flink.requestJobResult(job);
      int oldest = 0;
      while (!result.isDone()) {
        if (Trouble.TASK_MANAGERS.tryAcquire(10, TimeUnit.MILLISECONDS)) {
          flink.terminateTaskManager(oldest++).get();
          flink.startTaskManager();
        }
      }
      assertThat(result.get().getSerializedThrowable()).isEmpty();
    }
    assertThat(Trouble.kills()).isEqualTo(Trouble.KILLS);
    assertThat(WrittenFiles.lines(output))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, ROWS).mapToObj(FakeModels::embedded).toList());
    // Rows pass twice, and those behind a failure once more.
    System.out.println(
        form
            + ", "
            + barriers
            + ": "
            + Trouble.rows()
            + " rows passed for "
            + 2 * ROWS
            + " that were needed");
    encoder.awaitClosed();
  }

  private static StreamGraph graph(Form form, String barriers, Path input, Path output) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
    configuration.set(CheckpointingOptions.ENABLE_UNALIGNED, barriers.equals("unaligned"));
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    flink.setParallelism(PARALLELISM);
    FileSource<String> source =
        FileSource.forRecordStreamFormat(
                new TextLineInputFormat(), new org.apache.flink.core.fs.Path(input.toUri()))
            .build();
    BatchOptions options = BatchOptions.DEFAULT.withLinger(Duration.ofMillis(30));
    form.embed(
            flink
                .fromSource(source, WatermarkStrategy.noWatermarks(), "numbers")
                .map(paced())
                .returns(FakeModels.ROW)
                .rebalance()
                .map(trouble())
                .returns(FakeModels.ROW),
            options)
        .rebalance()
        .map(trouble())
        .returns(Types.STRING)
        .sinkTo(WrittenFiles.sink(output));
    StreamGraph graph = flink.getStreamGraph();
    graph.setJobId(new JobID()); // The MiniCluster of Flink 2.3 gives none.
    return graph;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.flink.BatchOptions.OnError;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.FakeTextEncoder;
import dev.weft.serve.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole jobs on two TaskManagers with two slots each, which here share a process. */
@Timeout(120)
class EmbedJobTest {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final String ROUTER =
      Path.of("../common/src/test/resources/parity/router/model").toAbsolutePath().toString();

  private static final TypeInformation<Tuple2<Integer, float[]>> VECTOR =
      Types.TUPLE(Types.INT, Types.PRIMITIVE_ARRAY(Types.FLOAT));

  private final BatcherThreads threads = new BatcherThreads();

  @ParameterizedTest
  @EnumSource
  void fourSubtasksShareOneModelAndAgreeWithTheEmbedder(Form form) throws Exception {
    EmbedderSpec spec = EmbedderSpec.of(ROUTER, Map.of("task", "document"));
    List<Tuple2<Integer, String>> rows = IntStream.range(0, 200).mapToObj(FakeModels::row).toList();
    TaskSelector<Tuple2<Integer, String>> task =
        row -> row.f0 % 3 == 0 ? Optional.of("query") : Optional.empty();
    VectorJoiner<Tuple2<Integer, String>, Tuple2<Integer, float[]>> joiner =
        (row, vector) -> Tuple2.of(row.f0, vector);
    EmbedderCache.shared().closeIdle();
    long loads = EmbedderCache.shared().loads();
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(4);
    DataStream<Tuple2<Integer, String>> stream = flink.fromData(rows, FakeModels.ROW).rebalance();

    SingleOutputStreamOperator<Tuple2<Integer, float[]>> embedded =
        form == Form.ASYNC
            ? Weft.embed(stream, row -> row.f1, task, joiner, spec, BatchOptions.DEFAULT)
            : Weft.embedBatched(stream, row -> row.f1, task, joiner, spec, BatchOptions.DEFAULT);
    List<Tuple2<Integer, float[]>> found = embedded.returns(VECTOR).executeAndCollect(1000);

    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
    assertThat(found).hasSize(rows.size());
    try (Embedder embedder = Embedder.load(ROUTER)) {
      List<String> texts = rows.stream().map(row -> row.f1).toList();
      float[][] queries = embedder.encode(texts, EncodeOptions.DEFAULT.withTask("query"));
      float[][] documents = embedder.encode(texts, EncodeOptions.DEFAULT.withTask("document"));
      for (Tuple2<Integer, float[]> row : found) {
        float[][] expected = row.f0 % 3 == 0 ? queries : documents;
        assertThat(row.f1).containsExactly(expected[row.f0], within(1e-5f));
      }
    }
    // Flink lets go of the job's class loader a moment after its result is known.
    while (EmbedderCache.shared().models() > 0) {
      Thread.sleep(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aJobThatIsCancelledWhileABatchRunsLeavesNothing(Form form) throws Exception {
    FakeTextEncoder encoder = FakeModels.load(1, 64);
    encoder.hold();
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(2);
    // Not a collecting sink: one that is cancelled before it is open ends its TaskManager.
    form.embed(
            flink
                .fromSequence(0, 1_000_000)
                .map(number -> FakeModels.row(number.intValue()))
                .returns(FakeModels.ROW),
            BatchOptions.DEFAULT.withCapacity(50))
        .sinkTo(new DiscardingSink<>());
    JobClient job = flink.executeAsync();
    encoder.awaitCall();
    job.cancel().get();
    while (!job.getJobStatus().get().isGloballyTerminalState()) {
      Thread.sleep(1);
    }
    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.CANCELED);
    encoder.awaitClosed();
    assertThat(encoder.running()).isZero();
    assertThat(encoder.closes()).isEqualTo(1);
    assertThat(threads.running()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void slotsAreThoseOfTheTaskManagerNotOfTheClient(Form form) throws Exception {
    FakeModels.load(1, 64);
    Configuration client = new Configuration();
    client.set(TaskManagerOptions.NUM_TASK_SLOTS, 7);
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment(client);
    flink.setParallelism(1);

    DataStream<String> embedded =
        form.embed(
            flink.fromData(List.of(FakeModels.row(1)), FakeModels.ROW), BatchOptions.DEFAULT);

    assertThat(embedded.executeAndCollect(10)).containsExactly(FakeModels.embedded(1));
    assertThat(FakeModels.places()).containsExactly(new Place(List.of(), 2));
  }

  @Test
  void deadLettersAreAStream() throws Exception {
    FakeModels.load(1, 64);
    List<Tuple2<Integer, String>> rows = new ArrayList<>();
    for (int id = 0; id < 100; id++) {
      rows.add(id % 10 == 7 ? Tuple2.of(id, "poison " + id) : FakeModels.row(id));
    }
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(2);
    SingleOutputStreamOperator<String> embedded =
        Form.OPERATOR.embed(
            flink.fromData(rows, FakeModels.ROW).rebalance(),
            BatchOptions.DEFAULT.withOnError(OnError.SIDE_OUTPUT).withLinger(Duration.ofMillis(1)));
    DataStream<String> letters =
        Weft.deadLetters(embedded, FakeModels.ROW)
            .map(letter -> "dead " + letter.f0.f0 + " " + letter.f1);

    List<String> expected = new ArrayList<>();
    for (int id = 0; id < 100; id++) {
      expected.add(
          id % 10 == 7 ? "dead " + id + " cannot encode poison " + id : FakeModels.embedded(id));
    }
    assertThat(embedded.union(letters).executeAndCollect(1000))
        .containsExactlyInAnyOrderElementsOf(expected);
  }
}

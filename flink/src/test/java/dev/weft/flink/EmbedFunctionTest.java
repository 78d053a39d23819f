// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.config.ModelException;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.util.TestingTaskManagerRuntimeInfo;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.util.MockStreamingRuntimeContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbedFunctionTest {
  private static final String MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize()
          .toString();

  private static final EmbedderSpec SPEC = EmbedderSpec.of(MODEL, Map.of());

  private static final TypeInformation<Tuple2<Integer, String>> ROW =
      Types.TUPLE(Types.INT, Types.STRING);

  private static final TypeInformation<Tuple2<Integer, float[]>> VECTOR =
      Types.TUPLE(Types.INT, Types.PRIMITIVE_ARRAY(Types.FLOAT));

  /** Ragged, with an empty one first. */
  private static final List<String> TEXTS =
      Stream.concat(
              Stream.of("", "A man plays a keyboard.", "Straße nach Zürich, 東京 🚆"),
              IntStream.range(0, 17).mapToObj(i -> "the stock fell ".repeat(i + 1) + i))
          .toList();

  /** What tells Flink jobs apart. */
  private static final ClassLoader JOB =
      new ClassLoader(EmbedFunctionTest.class.getClassLoader()) {};

  @BeforeEach
  @AfterEach
  void forgetTheModel() {
    JobModels.release(JOB);
    EmbedderCache.shared().closeIdle();
  }

  @Test
  void aJobOfTwoTasksLoadsOneModelAndAgreesWithTheEmbedder() throws Exception {
    List<Tuple2<Integer, String>> rows = new ArrayList<>();
    for (int id = 0; id < TEXTS.size(); id++) {
      rows.add(Tuple2.of(id, TEXTS.get(id)));
    }
    int withoutText = rows.size();
    rows.add(Tuple2.of(withoutText, null));
    long loads = EmbedderCache.shared().loads();

    Map<Integer, float[]> found = run(SPEC, rows);

    assertThat(EmbedderCache.shared().loads() - loads).isEqualTo(1);
    assertThat(found).hasSize(rows.size());
    assertThat(found.get(withoutText)).isEmpty();
    try (Embedder embedder = Embedder.load(MODEL)) {
      float[][] expected = embedder.encode(TEXTS);
      for (int id = 0; id < expected.length; id++) {
        assertThat(found.get(id)).containsExactly(expected[id], within(1e-5f));
      }
    }
  }

  @Test
  void theTaskOfARowChoosesItsRoute() throws Exception {
    EmbedderSpec router =
        EmbedderSpec.of(MODEL.replace("bert-mean-normalize", "router"), Map.of("task", "document"));
    EmbedFunction<Tuple2<String, String>, float[]> function =
        new EmbedFunction<>(
            router, row -> row.f1, row -> Optional.ofNullable(row.f0), (row, vector) -> vector);
    String text = "A man plays a keyboard.";

    open(function);
    float[] query = function.map(Tuple2.of("query", text));
    float[] ofSpec = function.map(Tuple2.of(null, text));
    function.close();

    try (Embedder embedder = Embedder.load(router.model())) {
      EncodeOptions options = EncodeOptions.DEFAULT;
      assertThat(query)
          .containsExactly(embedder.encodeQuery(List.of(text), options)[0], within(1e-5f));
      assertThat(ofSpec)
          .containsExactly(embedder.encodeDocument(List.of(text), options)[0], within(1e-5f));
      assertThat(query).isNotEqualTo(ofSpec);
    }
  }

  @Test
  void optionsOfTheSpecReachTheModel() throws Exception {
    EmbedderSpec cut = EmbedderSpec.of(MODEL, Map.of("truncateDim", "8"));

    assertThat(run(cut, List.of(Tuple2.of(0, "a text"))).get(0)).hasSize(8);
  }

  @Test
  void aMissingModelFailsTheJobAndNamesThePath(@TempDir Path parent) {
    String missing = parent.resolve("no-such-model").toString();

    assertThatThrownBy(
            () -> run(EmbedderSpec.of(missing, Map.of()), List.of(Tuple2.of(0, "a text"))))
        .hasStackTraceContaining(ModelException.class.getName())
        .hasStackTraceContaining(missing);
  }

  @Test
  void survivesJavaSerialisationEvenWhileOpen() throws Exception {
    EmbedFunction<String, float[]> original = vectorOf(SPEC);
    open(original);
    EmbedFunction<String, float[]> copy = copy(original);

    open(copy);
    assertThat(copy.map("a text")).containsExactly(original.map("a text"), within(1e-5f));
    copy.close();
    original.close();
  }

  @Test
  void aSelectorThatCannotTravelIsRefused() {
    Object notSerialisable = new Object();
    EmbedFunction<String, float[]> function =
        new EmbedFunction<>(SPEC, row -> row + notSerialisable, (row, vector) -> vector);

    assertThatThrownBy(() -> copy(function)).isInstanceOf(NotSerializableException.class);
  }

  @Test
  void theModelStaysUntilItsJobHasLeft() {
    EmbedFunction<String, float[]> function = vectorOf(SPEC);
    open(function);
    Embedder shared;
    try (EmbedderCache.Lease lease = EmbedderCache.shared().acquire(SPEC)) {
      shared = lease.embedder();
    }
    function.close();
    function.close();
    EmbedderCache.shared().closeIdle();
    assertThat(shared.encode(List.of("still open")).length).isEqualTo(1);

    JobModels.release(JOB);

    assertThatThrownBy(() -> shared.encode(List.of("closed")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder is closed");
  }

  @Test
  void theModelHasNoMoreWorkersThanTheTaskManagerHasSlots() {
    EmbedFunction<String, float[]> function = vectorOf(SPEC);
    Configuration slots = new Configuration();
    slots.set(TaskManagerOptions.NUM_TASK_SLOTS, 1);
    function.setRuntimeContext(
        new MockStreamingRuntimeContext(
            1,
            0,
            new MockEnvironmentBuilder()
                .setUserCodeClassLoader(JOB)
                .setTaskManagerRuntimeInfo(new TestingTaskManagerRuntimeInfo(slots))
                .build()));
    function.open(DefaultOpenContext.INSTANCE);

    try (EmbedderCache.Lease lease = EmbedderCache.shared().acquire(SPEC)) {
      assertThat(lease.embedder().workers()).isEqualTo(1);
    }
    function.close();
  }

  @Test
  void mapNeedsOpen() {
    assertThatThrownBy(() -> vectorOf(SPEC).map("a text"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("map was called outside open and close");
  }

  private static void open(EmbedFunction<?, ?> function) {
    function.setRuntimeContext(
        new MockStreamingRuntimeContext(
            1, 0, new MockEnvironmentBuilder().setUserCodeClassLoader(JOB).build()));
    function.open(DefaultOpenContext.INSTANCE);
  }

  private static EmbedFunction<String, float[]> vectorOf(EmbedderSpec spec) {
    return new EmbedFunction<>(spec, row -> row, (row, vector) -> vector);
  }

  private static Map<Integer, float[]> run(EmbedderSpec spec, List<Tuple2<Integer, String>> rows)
      throws Exception {
    EmbedFunction<Tuple2<Integer, String>, Tuple2<Integer, float[]>> embed =
        new EmbedFunction<>(spec, row -> row.f1, (row, vector) -> Tuple2.of(row.f0, vector));
    return StreamExecutionEnvironment.createLocalEnvironment(2)
        .fromData(rows, ROW)
        .rebalance()
        .map(embed, VECTOR)
        .executeAndCollect(rows.size() + 1)
        .stream()
        .collect(Collectors.toMap(row -> row.f0, row -> row.f1));
  }

  @SuppressWarnings("unchecked")
  private static <T> T copy(T original) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(original);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }
}

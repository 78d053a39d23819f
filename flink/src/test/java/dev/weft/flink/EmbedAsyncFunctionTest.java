// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.flink.BatchOptions.OnError;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.FakeTextEncoder;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only Flink's asynchronous operator does, and how a stream is put together. */
@Timeout(60)
class EmbedAsyncFunctionTest {
  private static final BatchOptions OPTIONS =
      BatchOptions.DEFAULT.withLinger(Duration.ZERO).withTimeout(Duration.ofSeconds(3));

  private FakeTextEncoder encoder;

  @BeforeEach
  void load() {
    encoder = FakeModels.load(1, 64);
  }

  @Test
  void aRowThatTakesTooLongEndsTheJobAndSaysWhy() throws Exception {
    encoder.hold();
    try (EmbedHarness task = EmbedHarness.open(Form.ASYNC, OPTIONS)) {
      task.time(0);
      task.rows(0, 1);
      task.time(3000);

      assertThat(task.failureAtEnd())
          .hasStackTraceContaining(
              "a row could not be embedded (no vector after PT3S; give the model more time"
                  + " (BatchOptions.timeout), fewer rows at once (BatchOptions.capacity) or more"
                  + " cores)");
    }
  }

  @Test
  void orGoesOnWithoutAVector() throws Exception {
    encoder.hold();
    try (EmbedHarness task = EmbedHarness.open(Form.ASYNC, OPTIONS.withOnError(OnError.NULL))) {
      task.time(0);
      task.rows(0, 1);
      task.time(3000);
      task.await(1);
      encoder.open();
      task.rows(1, 2);
      task.endInput();

      assertThat(task.output()).containsExactly("0>0[]", EmbedHarness.expected(1));
    }
  }

  @Test
  void aRowThatTakesTooLongGivesItsPlaceToAnother() throws Exception {
    encoder.hold();
    BatchOptions two = OPTIONS.withCapacity(2).withOnError(OnError.NULL);
    try (EmbedHarness task = EmbedHarness.open(Form.ASYNC, two)) {
      task.time(0);
      task.rows(0, 2);
      task.time(3000);
      task.rows(2, 4);
      encoder.open();
      task.endInput();

      assertThat(task.output())
          .containsExactly("0>0[]", "1>1[]", EmbedHarness.expected(2), EmbedHarness.expected(3));
      assertThat(task.count("rowsTimedOut")).isEqualTo(2);
      assertThat(task.count("rowsFailed")).isEqualTo(2);
      assertThat(task.count("rows")).isEqualTo(2);
    }
  }

  @Test
  void unlessToldOtherwiseARowWaitsAsLongAsItTakes() throws Exception {
    encoder.hold();
    try (EmbedHarness task = EmbedHarness.open(Form.ASYNC, BatchOptions.DEFAULT)) {
      task.time(0);
      task.rows(0, 1);
      task.time(Duration.ofDays(1).toMillis());
      encoder.open();
      task.endInput();

      assertThat(task.output()).containsExactly(EmbedHarness.expected(0));
    }
  }

  @Test
  void thereAreNoDeadLetters() {
    DataStream<String> texts =
        StreamExecutionEnvironment.getExecutionEnvironment().fromData("a", "b");
    EmbedderSpec spec = EmbedderSpec.of("m", Map.of());
    BatchOptions options = OPTIONS.withOnError(OnError.SIDE_OUTPUT);

    assertThatThrownBy(
            () -> Weft.embed(texts, text -> text, (text, vector) -> vector, spec, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("onError SIDE_OUTPUT needs embedBatched; embed has FAIL and NULL");
  }

  @Test
  void theTypeOfTheResultIsTheJoiners() {
    DataStream<String> texts =
        StreamExecutionEnvironment.getExecutionEnvironment().fromData("a", "b");
    EmbedderSpec spec = EmbedderSpec.of("m", Map.of());

    assertThat(Weft.embed(texts, text -> text, (text, vector) -> vector, spec).getType())
        .isEqualTo(Types.PRIMITIVE_ARRAY(Types.FLOAT));
    assertThat(Weft.embedBatched(texts, text -> text, (text, vector) -> text, spec).getType())
        .isEqualTo(Types.STRING);
    assertThatThrownBy(() -> pairs(texts).getType()).hasMessageContaining("returns(...)");
    TypeInformation<Tuple2<String, float[]>> pair =
        Types.TUPLE(Types.STRING, Types.PRIMITIVE_ARRAY(Types.FLOAT));
    assertThat(pairs(texts).returns(pair).getType()).isEqualTo(pair);
  }

  private static SingleOutputStreamOperator<Tuple2<String, float[]>> pairs(
      DataStream<String> texts) {
    EmbedderSpec spec = EmbedderSpec.of("m", Map.of());
    return Weft.embed(texts, text -> text, Tuple2::of, spec);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.flink.BatchOptions.OnError;
import dev.weft.serve.FakeTextEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the operator of our own has. */
@Timeout(60)
class EmbedOperatorTest {
  /** Rows never wait that long in a test. */
  private static final BatchOptions OPTIONS = BatchOptions.DEFAULT.withLinger(Duration.ofHours(1));

  private FakeTextEncoder encoder;

  @BeforeEach
  void load() {
    encoder = FakeModels.load(1, 1 << 20);
  }

  @Test
  void theEndOfInputDoesNotWaitForTheLinger() throws Exception {
    try (EmbedHarness task = EmbedHarness.open(Form.OPERATOR, OPTIONS)) {
      task.rows(0, 5);
      task.watermark(4);
      task.rows(5, 8);
      assertThat(task.output()).isEmpty();
      task.endInput();

      assertThat(task.output())
          .isEqualTo(
              Stream.of(
                      EmbedHarness.expected(0, 5).stream(),
                      Stream.of("watermark 4"),
                      EmbedHarness.expected(5, 8).stream())
                  .flatMap(part -> part)
                  .toList());
    }
    assertThat(encoder.calls()).hasSize(1);
  }

  @Test
  void onlyRowsThatFailBecomeDeadLetters() throws Exception {
    BatchOptions options = OPTIONS.withOnError(OnError.SIDE_OUTPUT);
    try (EmbedHarness task = EmbedHarness.open(Form.OPERATOR, options)) {
      task.rows(0, 4);
      task.row(4, "poison a");
      task.rows(5, 12);
      task.row(12, "poison b");
      task.rows(13, 20);
      task.endInput();

      List<String> expected = new ArrayList<>(EmbedHarness.expected(0, 20));
      expected.remove(12);
      expected.remove(4);
      assertThat(task.output()).isEqualTo(expected);
      assertThat(task.deadLetters())
          .containsExactly(
              Tuple2.of(4, "cannot encode poison a"), Tuple2.of(12, "cannot encode poison b"));
    }
  }

  @Test
  void statusKeepsItsPlaceAndLaterWatermarksReplaceEarlierOnes() throws Exception {
    try (EmbedHarness task = EmbedHarness.open(Form.OPERATOR, OPTIONS)) {
      task.rows(0, 1);
      task.watermark(1);
      task.watermark(2);
      task.watermark(3);
      task.status(WatermarkStatus.IDLE);
      task.status(WatermarkStatus.ACTIVE);
      task.rows(4, 5);
      assertThat(task.output()).isEmpty();
      task.endInput();

      assertThat(task.output())
          .containsExactly(
              EmbedHarness.expected(0), "watermark 3", "idle", "active", EmbedHarness.expected(4));
    }
  }

  @Test
  void moreRestoredRowsThanOneSubtaskMayHoldAreHandedInAsPlacesGetFree() throws Exception {
    encoder.hold();
    OperatorSubtaskState state;
    try (EmbedHarness task = EmbedHarness.open(Form.OPERATOR, OPTIONS)) {
      task.rows(0, 30);
      state = task.snapshot();
    }
    load();
    BatchOptions narrow = OPTIONS.withCapacity(4);
    try (EmbedHarness task = EmbedHarness.restore(Form.OPERATOR, narrow, state)) {
      task.endInput();
      assertThat(task.output()).isEqualTo(EmbedHarness.expected(0, 30));
    }
    assertThat(encoder.calls()).allSatisfy(call -> assertThat(call).hasSizeLessThanOrEqualTo(4));
  }
}

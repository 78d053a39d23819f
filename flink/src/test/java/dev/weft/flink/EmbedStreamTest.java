// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.flink.BatchOptions.OnError;
import dev.weft.flink.BatchOptions.Order;
import dev.weft.serve.FakeTextEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both forms promise, subtask by subtask. */
@Timeout(60)
class EmbedStreamTest {
  private static final BatchOptions OPTIONS = BatchOptions.DEFAULT.withLinger(Duration.ofMillis(1));

  private final BatcherThreads threads = new BatcherThreads();
  private final List<FakeTextEncoder> models = new ArrayList<>();
  private FakeTextEncoder encoder;

  @BeforeEach
  void load() {
    load(64);
  }

  private void load(int batchTokens) {
    encoder = FakeModels.load(1, batchTokens);
    models.add(encoder);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(models.get(models.size() - 1).closes()).isEqualTo(1);
    for (FakeTextEncoder model : models) {
      assertThat(model.running()).isZero();
      assertThat(model.closes()).isEqualTo(model.counters().batches() > 0 ? 1 : model.closes());
    }
    assertThat(threads.running()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void waitingAndRunningRowsAreInTheCheckpoint(Form form) throws Exception {
    List<String> seen = new ArrayList<>();
    OperatorSubtaskState state;
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS)) {
      task.rows(0, 40);
      task.await(10);
      encoder.hold();
      task.rows(40, 60);
      encoder.awaitCall();
      seen.addAll(task.output());
      assertThat(seen).hasSizeBetween(10, 40);
      state = task.snapshot();
      // What is computed after the checkpoint is thrown away with the task.
    }
    load();
    try (EmbedHarness task = EmbedHarness.restore(form, OPTIONS, state)) {
      task.rows(60, 65);
      task.endInput();
      seen.addAll(task.output());
    }
    assertThat(seen).isEqualTo(EmbedHarness.expected(0, 65));
  }

  @ParameterizedTest
  @EnumSource
  void rowsOfOneSubtaskGoToThreeAndBackToOne(Form form) throws Exception {
    encoder.hold();
    OperatorSubtaskState one;
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS)) {
      task.rows(0, 50);
      one = task.snapshot();
      assertThat(task.output()).isEmpty();
    }
    OperatorSubtaskState[] three = new OperatorSubtaskState[3];
    for (int i = 0; i < 3; i++) {
      load();
      encoder.hold();
      try (EmbedHarness task = EmbedHarness.restore(form, OPTIONS, 3, i, one)) {
        three[i] = task.snapshot();
      }
      load();
      try (EmbedHarness task = EmbedHarness.restore(form, OPTIONS, 3, i, one)) {
        task.endInput();
        // Neighbours in the state stay neighbours.
        assertThat(task.output()).hasSizeBetween(16, 17).isSubsetOf(EmbedHarness.expected(0, 50));
        assertThat(task.output()).isSortedAccordingTo((a, b) -> number(a) - number(b));
      }
    }
    load();
    try (EmbedHarness task = EmbedHarness.restore(form, OPTIONS, three)) {
      task.endInput();
      assertThat(task.output()).containsExactlyInAnyOrderElementsOf(EmbedHarness.expected(0, 50));
    }
  }

  private static int number(String output) {
    return Integer.parseInt(output.substring(0, output.indexOf('>')));
  }

  /** What makes a window begin. */
  enum Trigger {
    CAPACITY(OPTIONS.withCapacity(3)),
    LINGER(OPTIONS),
    NOTHING_TO_WAIT_FOR(OPTIONS.withLinger(Duration.ZERO));

    private final BatchOptions options;

    Trigger(BatchOptions options) {
      this.options = options;
    }
  }

  @ParameterizedTest
  @EnumSource
  void watermarksOvertakeNothingWhateverBeginsAWindow(Trigger trigger) throws Exception {
    for (Form form : Form.values()) {
      load(1 << 20);
      try (EmbedHarness task = EmbedHarness.open(form, trigger.options)) {
        task.watermark(-1);
        task.rows(0, 5);
        task.watermark(4);
        task.rows(5, 8);
        task.watermark(7);
        task.endInput();
        task.watermark(9);

        assertThat(task.output())
            .isEqualTo(
                Stream.of(
                        Stream.of("watermark -1"),
                        EmbedHarness.expected(0, 5).stream(),
                        Stream.of("watermark 4"),
                        EmbedHarness.expected(5, 8).stream(),
                        Stream.of("watermark 7", "watermark 9"))
                    .flatMap(part -> part)
                    .toList());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void unorderedRowsStayBetweenTheirWatermarks(Form form) throws Exception {
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS.withOrder(Order.UNORDERED))) {
      task.rows(0, 30);
      task.watermark(29);
      task.rows(30, 60);
      task.watermark(59);
      task.endInput();

      List<String> output = task.output();
      assertThat(output.subList(0, 30))
          .containsExactlyInAnyOrderElementsOf(EmbedHarness.expected(0, 30));
      assertThat(output.get(30)).isEqualTo("watermark 29");
      assertThat(output.subList(31, 61))
          .containsExactlyInAnyOrderElementsOf(EmbedHarness.expected(30, 60));
      assertThat(output.subList(61, 62)).containsExactly("watermark 59");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowWithoutATimestampStaysWithout(Form form) throws Exception {
    encoder.hold();
    OperatorSubtaskState state;
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS)) {
      task.record(new StreamRecord<>(FakeModels.row(0)));
      task.rows(1, 2);
      state = task.snapshot();
    }
    load();
    try (EmbedHarness task = EmbedHarness.restore(form, OPTIONS, state)) {
      task.endInput();
      assertThat(task.output())
          .containsExactly("none>" + FakeModels.embedded(0), EmbedHarness.expected(1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsThatFlinkUsesAgainAreCopied(Form form) throws Exception {
    try (EmbedHarness task = EmbedHarness.openReusingObjects(form, OPTIONS)) {
      StreamRecord<Tuple2<Integer, String>> reused = new StreamRecord<>(Tuple2.of(-1, ""));
      for (int id = 0; id < 20; id++) {
        reused.getValue().f0 = id;
        reused.getValue().f1 = FakeModels.text(id);
        task.record(reused.replace(reused.getValue(), id));
      }
      task.endInput();
      assertThat(task.output()).isEqualTo(EmbedHarness.expected(0, 20));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowWithoutATextIsNotEncoded(Form form) throws Exception {
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS)) {
      task.row(0, null);
      task.row(1, "");
      task.endInput();
      assertThat(task.output()).containsExactly("0>0[]", "1>" + FakeModels.embedded(1, ""));
    }
    assertThat(encoder.calls()).containsExactly(List.of(""));
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatFailsGoesOnWithoutAVectorAndAlone(Form form) throws Exception {
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS.withOnError(OnError.NULL))) {
      task.rows(0, 3);
      task.row(3, "poison");
      task.rows(4, 8);
      task.endInput();
      List<String> expected = new ArrayList<>(EmbedHarness.expected(0, 8));
      expected.set(3, "3>3[]");
      assertThat(task.output()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowThatFailsEndsTheJobIfNothingElseIsSaid(Form form) throws Exception {
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS)) {
      task.rows(0, 3);
      task.row(3, "poison");
      assertThat(task.failureAtEnd())
          .hasStackTraceContaining(
              "a row could not be embedded (cannot encode poison); BatchOptions.onError lets the"
                  + " job go on without it");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aModelThatBreaksEndsTheJobWhateverIsSaid(Form form) throws Exception {
    try (EmbedHarness task = EmbedHarness.open(form, OPTIONS.withOnError(OnError.NULL))) {
      task.row(0, "fatal");
      assertThat(task.failureAtEnd())
          .hasStackTraceContaining("the model broke (the device is gone)");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTaskThatEndsWhileABatchRunsLeavesNothing(Form form) throws Exception {
    encoder.hold();
    EmbedHarness task = EmbedHarness.open(form, OPTIONS);
    task.rows(0, 100);
    encoder.awaitCall();

    task.close();

    assertThat(task.output()).isEmpty();
    assertThat(encoder.running()).isZero();
    assertThat(encoder.closes()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aModelStaysForTheNextTaskOfItsJob(Form form) throws Exception {
    EmbedHarness first = EmbedHarness.open(form, OPTIONS);
    first.rows(0, 5);
    first.flink().close();
    assertThat(encoder.closes()).isZero();

    first.close();

    assertThat(encoder.closes()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void manyMoreRowsThanItMayHoldTakeNoMoreMemory(Form form) throws Exception {
    load(4096);
    encoder.forgetCalls();
    BatchOptions options = OPTIONS.withCapacity(64);
    String padding = "x".repeat(16_000);
    StringBuilder seen = new StringBuilder();
    List<Long> used = new ArrayList<>();
    int rows = 10 * options.capacity();
    try (EmbedHarness task = EmbedHarness.open(form, options)) {
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < rows; i++) {
          task.row(i, padding + i);
          int held = round * rows + i + 1 - task.outputs();
          assertThat(held).isBetween(0, options.capacity());
        }
        used.add(usedMegabytes());
        seen.append(' ').append(used.get(round));
      }
      task.endInput();
      assertThat(task.output()).hasSize(10 * rows);
    }
    System.out.println(
        form + ": 100 MB of rows through 64 places; MB of heap after each tenth:" + seen);
    assertThat(used.get(9) - used.get(1)).isLessThan(40);
  }

  private static long usedMegabytes() {
    System.gc();
    Runtime jvm = Runtime.getRuntime();
    return (jvm.totalMemory() - jvm.freeMemory()) >> 20;
  }
}

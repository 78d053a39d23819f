// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/**
 * One subtask of a form, without a cluster. Rows are numbered, which also gives their timestamps.
 * What comes out is read as texts: {@code "timestamp>result"}, {@code "watermark 5"}. Its models go
 * when it is closed.
 */
final class EmbedHarness implements AutoCloseable {
  private final ClassLoader job = new ClassLoader(EmbedHarness.class.getClassLoader()) {};
  private final Map<String, Metric> metrics = new ConcurrentHashMap<>();
  private final MockEnvironment environment;
  private final OneInputStreamOperatorTestHarness<Tuple2<Integer, String>, String> harness;

  private EmbedHarness(
      Form form, BatchOptions options, ExecutionConfig config, int max, int tasks, int task)
      throws Exception {
    environment =
        new MockEnvironmentBuilder()
            .setTaskName("embed")
            .setManagedMemorySize(3 << 20)
            .setExecutionConfig(config)
            .setMaxParallelism(max)
            .setParallelism(tasks)
            .setSubtaskIndex(task)
            .setUserCodeClassLoader(job)
            .setMetricGroup(metrics())
            .build();
    environment.setExpectedExternalFailureCause(Throwable.class);
    harness =
        new OneInputStreamOperatorTestHarness<>(
            form.factory(options),
            FakeModels.ROW.createSerializer(new SerializerConfigImpl()),
            environment);
    harness.setup(Types.STRING.createSerializer(new SerializerConfigImpl()));
  }

  private TaskMetricGroup metrics() {
    return TaskManagerMetricGroup.createTaskManagerMetricGroup(
            TestingMetricRegistry.builder()
                .setRegisterConsumer((metric, name, group) -> metrics.put(name, metric))
                .build(),
            "localhost",
            ResourceID.generate())
        .addJob(new JobID(), "job")
        .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "embed");
  }

  static EmbedHarness open(Form form, BatchOptions options) throws Exception {
    return restore(form, options, new OperatorSubtaskState[0]);
  }

  static EmbedHarness openReusingObjects(Form form, BatchOptions options) throws Exception {
    EmbedHarness opened =
        new EmbedHarness(form, options, new ExecutionConfig().enableObjectReuse(), 1, 1, 0);
    opened.harness.open();
    return opened;
  }

  /** From the states of the subtasks there were, which may be more than one. */
  static EmbedHarness restore(Form form, BatchOptions options, OperatorSubtaskState... states)
      throws Exception {
    return restore(form, options, 1, 0, states);
  }

  /** One of several subtasks. */
  static EmbedHarness restore(
      Form form, BatchOptions options, int tasks, int task, OperatorSubtaskState... states)
      throws Exception {
    int max = 8;
    EmbedHarness opened = new EmbedHarness(form, options, new ExecutionConfig(), max, tasks, task);
    if (states.length > 0) {
      opened.harness.initializeState(
          OneInputStreamOperatorTestHarness.repartitionOperatorState(
              OneInputStreamOperatorTestHarness.repackageState(states),
              max,
              states.length,
              tasks,
              task));
    }
    opened.harness.open();
    return opened;
  }

  void rows(int from, int to) throws Exception {
    for (int id = from; id < to; id++) {
      row(id, FakeModels.text(id));
    }
  }

  void row(int id, String text) throws Exception {
    harness.processElement(Tuple2.of(id, text), id);
  }

  void record(StreamRecord<Tuple2<Integer, String>> record) throws Exception {
    harness.processElement(record);
  }

  void watermark(long timestamp) throws Exception {
    harness.processWatermark(timestamp);
  }

  void status(WatermarkStatus status) throws Exception {
    harness.processWatermarkStatus(status);
  }

  OperatorSubtaskState snapshot() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
    return harness.snapshot(1, 1);
  }

  void endInput() throws Exception {
    harness.endInput();
  }

  /** Runs mails until that much has come out. */
  void await(int outputs) throws Exception {
    TaskMailbox mailbox = harness.getTaskMailbox();
    while (harness.getOutput().size() < outputs) {
      mailbox.take(0).run();
    }
  }

  int outputs() {
    return harness.getOutput().size();
  }

  /** What ends the task if input ends here. */
  Throwable failureAtEnd() {
    try {
      harness.endInput();
    } catch (Exception e) {
      return e;
    }
    return environment.getActualExternalFailureCause().orElseThrow();
  }

  void time(long millis) throws Exception {
    harness.setProcessingTime(millis);
  }

  /** A counter by its name. */
  long count(String name) {
    return ((Counter) metrics.get(name)).getCount();
  }

  OneInputStreamOperatorTestHarness<Tuple2<Integer, String>, String> flink() {
    return harness;
  }

  List<String> output() {
    List<String> seen = new ArrayList<>();
    for (Object element : harness.getOutput()) {
      if (element instanceof Watermark mark) {
        seen.add("watermark " + mark.getTimestamp());
      } else if (element instanceof WatermarkStatus status) {
        seen.add(status.isIdle() ? "idle" : "active");
      } else {
        StreamRecord<?> record = (StreamRecord<?>) element;
        seen.add(
            (record.hasTimestamp() ? record.getTimestamp() : "none") + ">" + record.getValue());
      }
    }
    return seen;
  }

  List<Tuple2<Integer, String>> deadLetters() {
    ConcurrentLinkedQueue<StreamRecord<Tuple2<Tuple2<Integer, String>, String>>> letters =
        harness.getSideOutput(Weft.deadLetterTag(FakeModels.ROW));
    return letters == null
        ? List.of()
        : letters.stream().map(l -> Tuple2.of(l.getValue().f0.f0, l.getValue().f1)).toList();
  }

  static List<String> expected(int from, int to) {
    return IntStream.range(from, to).mapToObj(EmbedHarness::expected).toList();
  }

  static String expected(int id) {
    return id + ">" + FakeModels.embedded(id);
  }

  @Override
  public void close() throws Exception {
    harness.close();
    JobModels.release(job);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import dev.weft.cli.EmbedJob;
import dev.weft.cli.Host;
import dev.weft.cli.ModelChoice;
import dev.weft.cli.TextFile;
import dev.weft.cli.TextRow;
import dev.weft.flink.BatchOptions;
import dev.weft.flink.TextSelector;
import dev.weft.flink.Weft;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * A Flink of this process, for one bounded job. It has one subtask of everything, so that rows come
 * back in their order; the model runs on all cores all the same.
 */
final class FlinkHost implements Host {
  private static final String NAME = "weft";

  private static final BatchOptions OPTIONS = BatchOptions.DEFAULT.withCapacity(4096);

  @Override
  public String name() {
    return "flink";
  }

  @Override
  public void embed(EmbedJob job) throws IOException {
    TextFile.check(job.input(), job.column());
    String file = job.input().toString();
    String column = job.column();
    // Every name is good here, also one that Flink would skip in a folder.
    FileSource<String> source =
        FileSource.forRecordStreamFormat(
                new RowFormat(file, column), Path.fromLocalFile(job.input().toFile()))
            .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(path -> true))
            .build();
    run(
        flink().fromSource(source, WatermarkStrategy.noWatermarks(), file),
        line -> TextRow.parse(file, line, column).text().orElse(null),
        job.model(),
        rows -> job.write(rows, row -> job.row(row.f0, vector(row))));
  }

  private static Optional<float[]> vector(Tuple2<String, float[]> row) {
    return row.f1.length == 0 ? Optional.empty() : Optional.of(row.f1);
  }

  @Override
  public float[][] encode(ModelChoice model, List<String> texts) throws IOException {
    List<float[]> vectors = new ArrayList<>();
    run(
        flink().fromData(texts, Types.STRING),
        text -> text,
        model,
        rows -> rows.forEachRemaining(row -> vectors.add(row.f1)));
    return vectors.toArray(float[][]::new);
  }

  @Override
  public List<Object> commands() {
    return List.of(new FlinkRateCommand());
  }

  private static StreamExecutionEnvironment flink() {
    Configuration configuration = new Configuration();
    // Else a Flink of the process has one slot a subtask, and the model a worker a slot.
    configuration.set(
        TaskManagerOptions.NUM_TASK_SLOTS, Runtime.getRuntime().availableProcessors());
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    flink.setParallelism(1);
    return flink;
  }

  /** Takes the rows that come out of a job. */
  private interface Taker {
    void take(Iterator<Tuple2<String, float[]>> rows) throws IOException;
  }

  @SuppressWarnings("try") // Closing a job may be interrupted; nobody does that here.
  private static void run(
      DataStream<String> rows, TextSelector<String> text, ModelChoice model, Taker taker)
      throws IOException {
    DataStream<Tuple2<String, float[]>> embedded =
        Weft.embed(rows, text, Tuple2::of, model.spec(), OPTIONS)
            .returns(Types.TUPLE(Types.STRING, Types.PRIMITIVE_ARRAY(Types.FLOAT)));
    try (CloseableIterator<Tuple2<String, float[]>> out = embedded.executeAndCollect(NAME)) {
      taker.take(out);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) { // Flink declares nothing narrower.
      throw new FlinkRuntimeException("the job could not be run", e);
    }
  }
}

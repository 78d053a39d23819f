// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples.flink;

import dev.weft.flink.BatchOptions;
import dev.weft.flink.Weft;
import dev.weft.serve.EmbedderSpec;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads lines of text and writes each with its vector; lines that cannot be embedded go to a folder
 * of their own with the reason. Those of files are written exactly once; a socket cannot be read
 * again, so a job that restarts has lost what came from it since its last checkpoint.
 */
public final class EnrichLines {
  private static final long CHECKPOINT_MILLIS = 1_000;
  private static final long CACHE_BYTES = 64 << 20;

  private EnrichLines() {}

  /**
   * Takes a model, where the lines are, and a new folder. Lines are in a file, in a folder of
   * files, or come from {@code socket://host:port} until that is closed.
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      throw new IllegalArgumentException("usage: MODEL INPUT OUTPUT");
    }
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.enableCheckpointing(CHECKPOINT_MILLIS);
    DataStream<String> lines = lines(flink, args[1]);

    SingleOutputStreamOperator<String> enriched =
        Weft.embedBatched(
            lines,
            line -> line,
            (line, vector) -> line + "\t" + Arrays.toString(vector),
            EmbedderSpec.of(args[0], Map.of("normalize", "true")),
            BatchOptions.DEFAULT
                .withOnError(BatchOptions.OnError.SIDE_OUTPUT)
                .withCacheBytes(CACHE_BYTES));

    enriched.sinkTo(files(args[2] + "/enriched"));
    Weft.deadLetters(enriched, lines.getType())
        .map(letter -> letter.f0 + "\t" + letter.f1)
        .sinkTo(files(args[2] + "/failed"));
    flink.execute("enrich lines");
  }

  private static DataStream<String> lines(StreamExecutionEnvironment flink, String input) {
    if (input.startsWith("socket:")) {
      URI socket = URI.create(input);
      return flink.socketTextStream(socket.getHost(), socket.getPort());
    }
    return flink.fromSource(
        FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(input)).build(),
        WatermarkStrategy.noWatermarks(),
        "lines");
  }

  private static FileSink<String> files(String folder) {
    return FileSink.forRowFormat(new Path(folder), new SimpleStringEncoder<String>()).build();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import dev.weft.EncodeCounters;
import dev.weft.flink.BatchOptions;
import dev.weft.flink.EmbedFunction;
import dev.weft.flink.Weft;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Offers texts to a job of two subtasks and prints how many come out and after how long; {@code
 * bench flink} calls it. The model is loaded and warm before the job begins.
 */
@Command(name = "flink-rate", hidden = true, description = "measure a job on a file of texts")
final class FlinkRateCommand implements Callable<Integer> {
  private static final int SUBTASKS = 2;
  private static final int WARM_UP_TEXTS = 200;
  private static final int COMPARED_TEXTS = 20;
  private static final TypeInformation<Tuple2<String, Long>> OFFER =
      Types.TUPLE(Types.STRING, Types.LONG);
  private static final TypeInformation<Tuple2<Long, Long>> TIMES =
      Types.TUPLE(Types.LONG, Types.LONG);

  @Parameters(index = "0", paramLabel = "MODEL")
  private String model = "";

  @Parameters(index = "1", paramLabel = "FILE.txt")
  private Path file = Path.of("");

  @Parameters(index = "2", paramLabel = "weft|row|djl")
  private String mode = "";

  @Parameters(index = "3", paramLabel = "RATE", description = "texts a second, 0 for all it takes")
  private double rate;

  @Parameters(index = "4", paramLabel = "SECONDS")
  private double seconds;

  @Parameters(index = "5", paramLabel = "WARM_UP_SECONDS", defaultValue = "3")
  private double warmUp;

  @Option(names = "--traced", paramLabel = "DIR", description = "the model for djl")
  private Path traced = Path.of("");

  @Override
  public Integer call() throws Exception {
    List<String> texts = Files.readAllLines(file);
    // As many workers as subtasks: a text at a time then has as many cores as batches have.
    EmbedderSpec spec = EmbedderSpec.of(model, Map.of("workers", String.valueOf(SUBTASKS)));
    try (EmbedderCache.Lease lease = EmbedderCache.shared().acquire(spec, Place.ANY)) {
      lease.embedder().encode(first(texts, WARM_UP_TEXTS));
      if (mode.equals("djl")) {
        PredictorFunction.compare(traced, lease.embedder(), first(texts, COMPARED_TEXTS));
      }
      EncodeCounters before = lease.embedder().counters();
      Latencies latencies = run(spec, texts);
      print(latencies, lease.embedder().counters().since(before));
    }
    return 0;
  }

  private static List<String> first(List<String> texts, int count) {
    return texts.subList(0, Math.min(count, texts.size()));
  }

  @SuppressWarnings("try") // Closing a job may be interrupted; nobody does that here.
  private Latencies run(EmbedderSpec spec, List<String> texts) throws Exception {
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(SUBTASKS);
    // Else a row waits up to 100 ms for others before it goes from task to task.
    flink.setBufferTimeout(0);
    DataStream<Tuple2<String, Long>> offers =
        flink
            .fromSource(
                new DataGeneratorSource<>(new Schedule(texts, rate), Long.MAX_VALUE, OFFER),
                WatermarkStrategy.noWatermarks(),
                "offers")
            .setParallelism(1);
    DataStream<Tuple2<Long, Long>> times =
        embedded(offers, spec).map(due -> Tuple2.of(due, System.nanoTime())).returns(TIMES);
    Latencies latencies = new Latencies(warmUp, seconds);
    try (CloseableIterator<Tuple2<Long, Long>> out = times.executeAndCollect("weft bench")) {
      // Texts are offered without end, so closing stops the job.
      while (out.hasNext() && !(rate > 0 ? latencies.isComplete() : latencies.isOver())) {
        Tuple2<Long, Long> row = out.next();
        latencies.add(row.f0, row.f1);
      }
    }
    return latencies;
  }

  private DataStream<Long> embedded(DataStream<Tuple2<String, Long>> offers, EmbedderSpec spec) {
    return switch (mode) {
      case "weft" ->
          Weft.embed(offers, offer -> offer.f0, (offer, vector) -> offer.f1, spec)
              .returns(Types.LONG);
      case "row" ->
          offers.map(
              new EmbedFunction<>(spec, offer -> offer.f0, (offer, vector) -> offer.f1),
              Types.LONG);
      case "djl" -> offers.map(new PredictorFunction(traced), Types.LONG);
      default -> throw new IllegalArgumentException("mode " + mode + ": expected weft, row or djl");
    };
  }

  private void print(Latencies latencies, EncodeCounters counters) {
    System.out.printf(
        Locale.ROOT,
        "{\"what\":\"%s\",\"offered\":%.1f,\"rate\":%.1f%s,"
            + "\"batch_ms\":%.1f,\"batch_rows\":%.1f,\"linger_ms\":%d}%n",
        mode,
        rate,
        latencies.rate(),
        rate > 0 ? percentiles(latencies) : "",
        counters.modelNanos() / 1e6 / Math.max(1, counters.batches()),
        (double) counters.texts() / Math.max(1, counters.batches()),
        BatchOptions.DEFAULT.linger().toMillis());
  }

  private static String percentiles(Latencies latencies) {
    return String.format(
        Locale.ROOT,
        ",\"p50_ms\":%.1f,\"p99_ms\":%.1f",
        latencies.percentile(50) / 1e6,
        latencies.percentile(99) / 1e6);
  }
}

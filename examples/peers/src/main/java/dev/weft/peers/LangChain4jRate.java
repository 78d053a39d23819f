// SPDX-License-Identifier: Apache-2.0
package dev.weft.peers;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Embeds a file of texts with LangChain4j's all-MiniLM-L6-v2 in the process, as its users do: all
 * in one call, on the threads it chooses. Prints lines of JSON like those of {@code weft rate}, and
 * writes the vectors of the first 50 texts as little-endian float32.
 *
 * <p>The model is read from a folder, so that its tokenizer can be another: that in LangChain4j's
 * jar cuts texts at 128 tokens, and the benchmark wants the same tokens of all.
 */
public final class LangChain4jRate {
  private static final int WARM_UP = 2000;
  private static final int COMPARED = 50;
  private static final String MODEL = "all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "all-minilm-l6-v2-tokenizer.json";

  private LangChain4jRate() {}

  /**
   * Takes the folder of the model, the file of texts and, if they are wanted, the file for the
   * vectors. With a folder only, copies the model of the jar into it.
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    if (args.length == 1) {
      unpack(MODEL, folder);
      unpack(TOKENIZER, folder);
      return;
    }
    List<TextSegment> texts =
        Files.readAllLines(Path.of(args[1])).stream().map(TextSegment::from).toList();
    long loading = System.nanoTime();
    EmbeddingModel model =
        new OnnxEmbeddingModel(folder.resolve(MODEL), folder.resolve(TOKENIZER), PoolingMode.MEAN);
    double load = secondsSince(loading);
    model.embedAll(texts.subList(0, 1));
    double coldStart = secondsSinceProcessStart();
    print("\"load_seconds\":%.3f,\"cold_start_seconds\":%.3f", load, coldStart);
    print("\"versions\":{\"java\":\"%s\",\"jars\":\"%s\"}", Runtime.version(), jars());
    model.embedAll(texts.subList(0, Math.min(WARM_UP, texts.size())));
    long begin = System.nanoTime();
    int embedded = model.embedAll(texts).content().size();
    double seconds = secondsSince(begin);
    print("\"texts\":%d,\"seconds\":%.4f,\"rate\":%.2f", embedded, seconds, embedded / seconds);
    if (args.length > 2) {
      List<TextSegment> compared = texts.subList(0, Math.min(COMPARED, texts.size()));
      Files.write(Path.of(args[2]), littleEndian(model.embedAll(compared).content()));
    }
  }

  private static void unpack(String name, Path folder) throws IOException {
    ClassLoader jar = AllMiniLmL6V2EmbeddingModel.class.getClassLoader();
    try (InputStream in = Objects.requireNonNull(jar.getResourceAsStream(name), name)) {
      Files.copy(in, folder.resolve(name));
    }
  }

  private static void print(String members, Object... values) {
    System.out.printf(Locale.ROOT, "{\"what\":\"langchain4j\"," + members + "}%n", values);
  }

  /** The jars that matter, whose names hold their versions. */
  private static String jars() {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(System.getProperty("java.class.path"))
        .map(entry -> new File(entry).getName())
        .filter(name -> name.startsWith("langchain4j") || name.startsWith("onnxruntime"))
        .collect(Collectors.joining(", "));
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }

  private static double secondsSinceProcessStart() {
    Instant now = Instant.now();
    Instant start = ProcessHandle.current().info().startInstant().orElse(now);
    return Duration.between(start, now).toNanos() / 1e9;
  }

  private static byte[] littleEndian(List<Embedding> rows) {
    int width = rows.get(0).dimension();
    ByteBuffer bytes = ByteBuffer.allocate(rows.size() * width * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    for (Embedding row : rows) {
      for (float value : row.vector()) {
        bytes.putFloat(value);
      }
    }
    return bytes.array();
  }
}

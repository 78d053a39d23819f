// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model of one tensor above two gigabytes in a process whose heap has a quarter of that. The file
 * is sparse: all rows but the last are a hole.
 */
class LargeModelTest {
  private static final int WIDTH = 1024;
  private static final int ROWS = 550_000;
  private static final long BYTES = 4L * WIDTH * ROWS;

  @TempDir Path folder;

  /** Loads a model and says what it made of two texts. */
  static final class Loading {
    private Loading() {}

    public static void main(String[] arguments) {
      try (Embedder embedder = Embedder.load(arguments[0])) {
        float[][] vectors = embedder.encode(List.of("near", "far"));
        System.out.println(Runtime.getRuntime().maxMemory());
        System.out.println(Arrays.toString(Arrays.copyOf(vectors[0], 3)));
        System.out.println(Arrays.toString(Arrays.copyOf(vectors[1], 3)) + vectors[1][WIDTH - 1]);
      }
    }
  }

  @Test
  void loadsInAHeapOfAQuarterOfItsSize() throws IOException, InterruptedException {
    write();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=64m",
                "-cp",
                System.getProperty("java.class.path"),
                Loading.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String[] lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n");

    assertThat(process.waitFor()).isZero();
    assertThat(BYTES).isGreaterThan(Integer.MAX_VALUE);
    assertThat(Long.parseLong(lines[0])).isLessThanOrEqualTo(512L << 20);
    assertThat(lines[1]).isEqualTo("[0.0, 0.0, 0.0]");
    assertThat(lines[2]).isEqualTo("[0.0, 0.5, 1.0]511.5");
  }

  private void write() throws IOException {
    Files.writeString(
        folder.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "",
          "type": "sentence_transformers.models.StaticEmbedding"}]
        """);
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
         "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "near": 1, "far": %d},
                   "unk_token": "[UNK]"}}
        """
            .formatted(ROWS - 1));
    String header =
        "{\"embedding.weight\": {\"dtype\": \"F32\", \"shape\": [%d, %d], \"data_offsets\": [0, %d]}}"
            .formatted(ROWS, WIDTH, BYTES);
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer last = ByteBuffer.allocate(4 * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < WIDTH; i++) {
      last.putFloat(i / 2f);
    }
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.write(length.putLong(header.length()).array());
      file.write(header.getBytes(StandardCharsets.UTF_8));
      file.setLength(8 + header.length() + BYTES);
      file.seek(file.length() - last.capacity());
      file.write(last.array());
    }
  }
}

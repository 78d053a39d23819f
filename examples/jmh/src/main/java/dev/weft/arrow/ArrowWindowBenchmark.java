// SPDX-License-Identifier: Apache-2.0
package dev.weft.arrow;

import dev.weft.Microbenchmark;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A window of texts gathered in Arrow memory, and equal texts found among them. */
@SuppressWarnings("NullAway.Init") // JMH calls the method of @Setup first.
public class ArrowWindowBenchmark extends Microbenchmark {
  private static final int ROWS = 4096;
  private static final int DIMENSION = 384;
  private static final int WORDS = 8;

  /** How many texts are different. */
  @Param({"400", "4096"})
  public int distinct;

  private byte[][] texts;
  private int[] present;
  private BufferAllocator allocator;
  private ArrowWindow window;
  private VarCharVector gathered;

  @Setup
  public void make() {
    Random random = new Random(1);
    present = IntStream.range(0, ROWS).toArray();
    texts = new byte[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      String text = "text " + random.nextInt(distinct) + " of some words".repeat(WORDS / 4);
      texts[row] = text.getBytes(StandardCharsets.UTF_8);
    }
    allocator = new RootAllocator();
    window = new ArrowWindow(allocator, DIMENSION, ArrowWindow.Limits.DEFAULT);
    gathered = new VarCharVector("text", allocator);
    for (int row = 0; row < ROWS; row++) {
      gathered.setSafe(row, texts[row]);
    }
    gathered.setValueCount(ROWS);
  }

  @Benchmark
  public int append() {
    window.clear();
    for (byte[] text : texts) {
      window.add(text);
    }
    return window.rows();
  }

  @Benchmark
  public int findEqual() {
    return new DistinctTexts(gathered, present, ROWS, List.of()).count();
  }

  @TearDown
  public void close() {
    gathered.close();
    window.close();
    allocator.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a batch costs, in counts that do not depend on the machine: a change that makes a batch do
 * something for every row, or cut windows badly, fails here rather than in a benchmark.
 */
class BatchCostTest {
  private static final String[] WORDS = {"the", "cat", "sat", "on", "a", "mat", "and", "slept"};

  private static final int LAYERS = 3;
  private static final int VECTOR_BYTES = 48 * Float.BYTES;

  private static Embedder load(int batchTokens) {
    EmbedderOptions options = EmbedderOptions.DEFAULT.withWorkers(1).withBatchTokens(batchTokens);
    return Embedder.load(TestModel.of("pooling-mean").toString(), options);
  }

  /** Texts of 1 to {@code words} words, the same at every call. */
  private static List<String> texts(int count, int words) {
    Random random = new Random(5);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(words); n > 0; n--) {
        text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
      }
      texts.add(text.toString());
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 512})
  void theEngineIsCalledForBatchesAndNotForRows(int batchTokens) {
    try (Embedder embedder = load(batchTokens)) {
      List<String> texts = texts(60, 40);
      EncodeMeter meter = new EncodeMeter();
      embedder.encode(texts, EncodeOptions.DEFAULT.withMeter(meter));
      int batches = Math.toIntExact(meter.counters().batches()) - 1; // The first is not profiled.

      Map<String, Integer> calls = EngineCalls.of(embedder, texts);

      assertThat(batches).isEqualTo(batchTokens == 512 ? 4 : 44);
      assertThat(calls)
          .containsEntry("aten::scaled_dot_product_attention", LAYERS * batches)
          .containsEntry("aten::gelu", LAYERS * batches)
          .containsEntry("aten::native_layer_norm", (2 * LAYERS + 1) * batches)
          .containsEntry("aten::add", 2 * LAYERS * batches);
      int products =
          calls.getOrDefault("mkldnn::_linear_pointwise", 0)
              + calls.getOrDefault("aten::linear", 0);
      assertThat(products).isEqualTo(4 * LAYERS * batches);
      int all = calls.values().stream().mapToInt(Integer::intValue).sum();
      assertThat(all).isLessThanOrEqualTo((130 * LAYERS + 100) * batches);
    }
  }

  @Test
  void batchesAreFullAndHardlyPadded() {
    try (Embedder embedder = load(512)) {
      EncodeMeter meter = new EncodeMeter();

      embedder.encode(texts(2000, 60), EncodeOptions.DEFAULT.withMeter(meter));

      EncodeCounters counters = meter.counters();
      assertThat(counters.texts()).isEqualTo(2000);
      assertThat(counters.paddedTokens()).isLessThan(counters.tokens() * 102 / 100);
      assertThat(counters.paddedTokens()).isGreaterThan(counters.batches() * 512 * 96 / 100);
    }
  }

  /** Few batches of many texts, so that what a batch allocates hardly counts. */
  @Test
  void aTextAllocatesLittleBesidesItsVector() {
    try (Embedder embedder = load(16_384)) {
      List<String> texts = texts(4096, 12);
      allocated(embedder, texts);

      long half = allocated(embedder, texts.subList(0, 2048));
      long more = allocated(embedder, texts) - half;

      assertThat(more / 2048).isBetween((long) VECTOR_BYTES, VECTOR_BYTES + 800L);
    }
  }

  private static long allocated(Embedder embedder, List<String> texts) {
    long before = allocated();
    embedder.encode(texts);
    return allocated() - before;
  }

  /** By this thread and the worker's, ever. */
  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().startsWith("weft-worker") || t == Thread.currentThread())
        .mapToLong(t -> threads.getThreadAllocatedBytes(t.getId()))
        .sum();
  }
}

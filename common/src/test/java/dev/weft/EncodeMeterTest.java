// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodeMeterTest {
  private final List<String> texts = TestModel.texts("pooling-mean");

  @Test
  void aMeterCountsTheCallsItIsGivenToAndNoOthers() {
    EncodeMeter meter = new EncodeMeter();
    try (Embedder embedder = Embedder.load(TestModel.of("pooling-mean").toString())) {
      Tokens ids = embedder.pipeline().tokenize(TextBatch.of(texts));
      embedder.encode(texts);
      embedder.encode(texts, EncodeOptions.DEFAULT.withMeter(meter));
      EncodeCounters first = meter.counters();
      embedder.encode(texts.subList(0, 2), EncodeOptions.DEFAULT.withMeter(meter));

      assertThat(first.texts()).isEqualTo(texts.size());
      assertThat(first.tokens()).isEqualTo(ids.total());
      assertThat(first.paddedTokens()).isGreaterThanOrEqualTo(ids.total());
      assertThat(first.batches()).isPositive();
      assertThat(first.truncated()).isEqualTo(ids.cutRows());
      assertThat(first.tokenizeNanos()).isPositive();
      assertThat(first.waitNanos()).isPositive();
      assertThat(first.modelNanos()).isPositive();
      assertThat(meter.counters().since(first).texts()).isEqualTo(2);
      assertThat(meter.counters().since(first).tokens()).isEqualTo(ids.length(0) + ids.length(1));
      EncodeCounters all = embedder.counters();
      assertThat(all.texts()).isEqualTo(2L * texts.size() + 2);
      assertThat(all.modelNanos()).isGreaterThan(meter.counters().modelNanos());
    }
  }

  @Test
  void textsThatAreCutAreCounted() {
    EncodeMeter meter = new EncodeMeter();
    try (Embedder embedder = Embedder.load(TestModel.of("pooling-mean").toString())) {
      List<String> some =
          List.of("a man", "the dog ".repeat(200), "", "the snow ".repeat(300), "blue");
      embedder.encode(some, EncodeOptions.DEFAULT.withMeter(meter));

      assertThat(meter.counters().truncated()).isEqualTo(2);
      assertThat(meter.counters().failed()).isZero();
      assertThat(meter.counters().texts()).isEqualTo(5);
    }
  }

  @Test
  void noTextsAreNothingDone() {
    EncodeMeter meter = new EncodeMeter();
    try (Embedder embedder = Embedder.load(TestModel.of("pooling-mean").toString())) {
      embedder.encode(Collections.emptyList(), EncodeOptions.DEFAULT.withMeter(meter));
    }
    assertThat(meter.counters()).isEqualTo(EncodeCounters.ZERO);
  }
}

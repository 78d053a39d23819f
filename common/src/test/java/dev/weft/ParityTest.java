// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every call of every case gives the reference's numbers, in ragged batches and one text at a time.
 */
class ParityTest {
  /** The promise of the README: |difference| ≤ 1e-4 · max(1, |value|). */
  private static final double TOLERANCE = 1e-4;

  static Stream<ParityCase> cases() {
    return Stream.of(
            ParityCase.in(ParityCase.PARITY),
            ParityCase.in(ParityCase.CASES),
            ParityCase.ofThisRun())
        .flatMap(kind -> kind);
  }

  @Test
  void everyCaseIsThere() {
    assertThat(ParityCase.in(ParityCase.PARITY).map(ParityCase::name))
        .containsExactlyInAnyOrder(
            "albert",
            "bert-mean-normalize",
            "bow-binary-dense",
            "bow-tfidf",
            "dense-identity-nobias",
            "dense-tanh",
            "distilbert",
            "electra",
            "layernorm-dropout",
            "modernbert",
            "mpnet",
            "pooling-cls",
            "pooling-concat",
            "pooling-lasttoken",
            "pooling-max",
            "pooling-mean",
            "pooling-mean_sqrt_len_tokens",
            "pooling-weightedmean",
            "prompts-exclude",
            "qwen3-lasttoken-leftpad",
            "roberta",
            "router",
            "static",
            "t5-encoder",
            "v4-asym-dense",
            "v4-dense-normalize",
            "v4-pooling-concat",
            "weighted-layer-pooling",
            "words-cnn",
            "words-lstm",
            "words-mean",
            "words-weights",
            "xlm-roberta");
  }

  @Test
  void everyCaseOfOurOwnIsThere() {
    assertThat(ParityCase.in(ParityCase.CASES).map(ParityCase::name))
        .containsExactlyInAnyOrder(
            "asym-first",
            "bow-duplicates",
            "bow-old",
            "cnn-lstm",
            "cnn-strided",
            "dense-residual-tokens",
            "layers-weighted",
            "lstm-deep",
            "norm-dropout",
            "router-after-pooling",
            "router-mappings",
            "static-normalize",
            "weights-bert-bin",
            "weights-bf16",
            "weights-bin",
            "weights-fp16",
            "weights-sharded",
            "words-old",
            "words-phrase",
            "words-stop-lower",
            "words-transformers",
            "words-weights-modes");
  }

  @Test
  @EnabledIfSystemProperty(named = "weft.roundtrip", matches = ".+")
  void theReferenceWroteEveryCaseOfThisRun() {
    assertThat(ParityCase.ofThisRun().map(ParityCase::name).toList())
        .isEqualTo(ParityCase.in(ParityCase.CASES).map(ParityCase::name).toList());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void encodeGivesTheNumbersOfTheReference(ParityCase parity) {
    assertNumbers(parity, EmbedderOptions.DEFAULT);
  }

  static void assertNumbers(ParityCase parity, EmbedderOptions options) {
    try (Embedder embedder = Embedder.load(parity.model().toString(), options)) {
      for (ParityCase.Call call : parity.calls()) {
        double[][] actual = encode(embedder, parity.texts(), call.args());
        assertThat(actual).hasNumberOfRows(call.embeddings().length);
        for (int row = 0; row < actual.length; row++) {
          assertClose(actual[row], call.embeddings()[row], parity + " " + call.args() + " " + row);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void neighboursDoNotChangeAVector(ParityCase parity) {
    EmbedderOptions whole = EmbedderOptions.DEFAULT.withBatchTokens(1_000_000).withWorkers(1);
    EmbedderOptions alone = EmbedderOptions.DEFAULT.withBatchTokens(1);
    try (Embedder together = Embedder.load(parity.model().toString(), whole);
        Embedder single = Embedder.load(parity.model().toString(), alone)) {
      EncodeOptions options = options(parity.calls().get(0).args());
      float[][] expected = single.encode(parity.texts(), options);
      float[][] actual = together.encode(parity.texts(), options);
      assertThat(single.counters().batches()).isEqualTo(parity.texts().size());
      assertThat(together.counters().batches()).isEqualTo(1);
      TextBatch batch = new TextBatch(parity.texts(), "", options.task());
      Tokens ids = together.pipeline().tokenize(batch);
      assertThat((long) ids.width() * ids.rows())
          .as("the batch is ragged")
          .isGreaterThan(ids.total());
      for (int row = 0; row < actual.length; row++) {
        for (int i = 0; i < actual[row].length; i++) {
          double limit = 1e-5 * Math.max(1, Math.abs(expected[row][i]));
          assertThat(Math.abs(actual[row][i] - expected[row][i]))
              .as("%s text %d component %d", parity, row, i)
              .isLessThanOrEqualTo((float) limit);
        }
      }
    }
  }

  private static double[][] encode(
      Embedder embedder, List<String> texts, Map<String, Object> args) {
    EncodeOptions options = options(args);
    Precision precision = Precision.parse((String) args.getOrDefault("precision", "float32"));
    double[][] vectors = new double[texts.size()][];
    if (precision == Precision.FLOAT32) {
      float[][] floats = embedder.encode(texts, options);
      for (int row = 0; row < vectors.length; row++) {
        vectors[row] = new double[floats[row].length];
        for (int i = 0; i < vectors[row].length; i++) {
          vectors[row][i] = floats[row][i];
        }
      }
    } else {
      byte[][] codes = embedder.encodeQuantized(texts, options, precision);
      for (int row = 0; row < vectors.length; row++) {
        vectors[row] = new double[codes[row].length];
        for (int i = 0; i < vectors[row].length; i++) {
          vectors[row][i] = precision.value(codes[row][i]);
        }
      }
    }
    return vectors;
  }

  /** The keyword arguments of an encode as options. */
  static EncodeOptions options(Map<String, Object> args) {
    EncodeOptions options = EncodeOptions.DEFAULT;
    for (Map.Entry<String, Object> arg : args.entrySet()) {
      options =
          switch (arg.getKey()) {
            case "truncate_dim" -> options.withTruncateDim(((Number) arg.getValue()).intValue());
            case "normalize_embeddings" -> options.normalized();
            case "task", "asym_key" -> options.withTask((String) arg.getValue());
            case "prompt" -> options.withPrompt((String) arg.getValue());
            case "prompt_name" -> options.withPromptName((String) arg.getValue());
            case "precision" -> options;
            default -> throw new IllegalStateException("argument " + arg);
          };
    }
    return options;
  }

  private static void assertClose(double[] actual, double[] expected, String what) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("%s component %d: %s, the reference %s", what, i, actual[i], expected[i])
          .isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.abs(expected[i])));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.pipeline.EncodeException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.InputModule;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import dev.weft.text.WhitespaceTokenizer;
import java.util.List;
import java.util.Set;

/**
 * A bag of words: one component a word of the vocabulary, (B, V). A component is the word's weight
 * times how often it stands in the text, or the weight alone where terms are not counted; with
 * inverse document frequencies for weights that is tf-idf. Vectors are not normalized, and those of
 * an empty text or of unknown words are zero.
 *
 * <p>Texts are split at white space; there are no stop words and nothing is lower-cased, though a
 * word is also looked up without the punctuation around it and in lower case. Follows the
 * reference's 6.2, {@code sentence_transformer/modules/bow.py}. Columns stand in the order of the
 * vocabulary; releases before 5.0 shuffled them in every process.
 */
public final class BoW implements InputModule {
  private static final String CONFIG = "config.json";
  private static final String VOCAB = "vocab";
  private static final String CUMULATIVE = "cumulative_term_frequency";
  private static final Set<String> KEYS =
      Set.of(VOCAB, WordWeighting.WEIGHTS, WordWeighting.UNKNOWN, CUMULATIVE);

  private static final int BATCH_VALUES = 1 << 22;
  private static final int MAX_BATCH_TOKENS = 1 << 14;

  private final WhitespaceTokenizer tokenizer;
  private final WordWeighting weighting;
  private final TermFrequency frequency;
  private final float[] weights;

  /** {@code cumulative_term_frequency}: whether a word that stands twice counts twice. */
  public enum TermFrequency {
    /** It does. */
    CUMULATIVE,
    /** It counts once. */
    BINARY
  }

  /** Every word of the vocabulary weighs one each time it stands in a text. */
  public BoW(List<String> vocab) {
    this(vocab, WordWeighting.NONE, TermFrequency.CUMULATIVE);
  }

  /**
   * A bag of words.
   *
   * @param vocab one column each; a word that stands twice has one column, in its first place
   */
  public BoW(List<String> vocab, WordWeighting weighting, TermFrequency frequency) {
    List<String> columns = vocab.stream().distinct().toList();
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("BoW needs a vocabulary of at least one word");
    }
    this.tokenizer = WhitespaceTokenizer.builder(columns).stopWords(Set.of()).build();
    this.weighting = weighting;
    this.frequency = frequency;
    this.weights = weighting.of(columns);
  }

  /** Reads {@code config.json}. */
  public static BoW load(ModuleDir dir) {
    return Checkpoint.config(dir.config(CONFIG), KEYS, BoW::parse);
  }

  private static BoW parse(Json config) {
    boolean cumulative = config.findBool(CUMULATIVE).orElse(true);
    try {
      return new BoW(
          config.stringList(VOCAB),
          WordWeighting.parse(config),
          cumulative ? TermFrequency.CUMULATIVE : TermFrequency.BINARY);
    } catch (IllegalArgumentException e) {
      throw new ModelException(config.file() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "BoW";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of();
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.SENTENCE_EMBEDDING);
  }

  @Override
  public int width(int inputWidth) {
    return weights.length;
  }

  @Override
  public int maxSeqLength() {
    return Integer.MAX_VALUE;
  }

  /** Fewer texts at once the wider their vectors are. */
  @Override
  public int batchTokens(Device device) {
    return Math.max(1, Math.min(MAX_BATCH_TOKENS, BATCH_VALUES / weights.length));
  }

  @Override
  public String settings() {
    return weights.length + " words, " + CUMULATIVE + "=" + isCumulative();
  }

  private boolean isCumulative() {
    return frequency == TermFrequency.CUMULATIVE;
  }

  @Override
  public ModuleSpec spec() {
    JsonText config = weighting.write(new JsonText().with(VOCAB, tokenizer.vocab()));
    return ModuleSpec.of(name()).withText(CONFIG, config.with(CUMULATIVE, isCumulative()).print());
  }

  @Override
  public Tokens tokenize(TextBatch texts) {
    return tokenizer.encode(texts.prompted());
  }

  @Override
  public Features features(Tokens rows, NDManager batch) {
    long size = (long) rows.rows() * weights.length;
    if (size > Integer.MAX_VALUE) {
      throw new EncodeException(
          rows.rows()
              + " texts of "
              + weights.length
              + " words are more than one batch can hold; lower the batch tokens");
    }
    float[] values = new float[(int) size];
    for (int row = 0; row < rows.rows(); row++) {
      int start = row * weights.length;
      for (int i = 0; i < rows.length(row); i++) {
        int word = rows.id(row, i);
        float before = isCumulative() ? values[start + word] : 0;
        values[start + word] = before + weights[word];
      }
    }
    Shape shape = new Shape(rows.rows(), weights.length);
    return Features.empty().with(Features.SENTENCE_EMBEDDING, batch.create(values, shape));
  }

  /** Nothing is left to do. */
  @Override
  public Features forward(Features features) {
    return features;
  }
}

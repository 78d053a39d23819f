// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.InputModule;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import dev.weft.text.Truncation;
import dev.weft.text.WhitespaceTokenizer;
import dev.weft.text.WordTokenizer;
import dev.weft.text.WordTokenizerType;
import dev.weft.text.WordVectors;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One vector a word, looked up in a table: texts to (B, T, D). A text without a known word has no
 * position that counts; behind mean pooling it is the zero vector. Shorter rows are filled on the
 * right with id 0, which is a row of the table like any other. Owns its tokenizer.
 *
 * <p>Follows the reference's 6.2, {@code sentence_transformer/modules/word_embeddings.py}, the
 * first release that cuts texts at {@code max_seq_length}. A model of an older release is not cut,
 * whatever its file says, as it was not when its vectors were made.
 */
public final class WordEmbeddings implements InputModule {
  private static final String CONFIG = "wordembedding_config.json";
  private static final String TOKENIZER_CLASS = "tokenizer_class";
  private static final String UPDATE = "update_embeddings";
  private static final String MAX_SEQ_LENGTH = "max_seq_length";
  private static final String TABLE = "emb_layer.weight";
  private static final int DEFAULT_MAX_SEQ_LENGTH = 1_000_000;

  private final WordTokenizer tokenizer;
  private final NDArray table;
  private final Training training;
  private final int maxSeqLength;

  /** {@code update_embeddings}: whether training changes the table. Kept for those who train. */
  public enum Training {
    FROZEN,
    UPDATED
  }

  private WordEmbeddings(
      WordTokenizer tokenizer, NDArray table, Training training, int maxSeqLength) {
    this.tokenizer = tokenizer;
    this.table = table;
    this.training = training;
    this.maxSeqLength = maxSeqLength;
  }

  /** Embeddings from vectors that were trained elsewhere, with a WhitespaceTokenizer. */
  public static Builder builder(WordVectors vectors) {
    return new Builder(vectors);
  }

  /** Collects what the module consists of. Mutable, for one thread. */
  public static final class Builder {
    private final WordVectors vectors;
    private Function<List<String>, WordTokenizer> tokenizer = WhitespaceTokenizer::of;
    private Training training = Training.FROZEN;
    private int maxSeqLength = DEFAULT_MAX_SEQ_LENGTH;

    private Builder(WordVectors vectors) {
      this.vectors = vectors;
    }

    /** Another tokenizer, made for the vocabulary of the vectors. */
    public Builder tokenizer(Function<List<String>, WordTokenizer> forVocab) {
      tokenizer = forVocab;
      return this;
    }

    /** {@code update_embeddings}. */
    public Builder training(Training value) {
      training = value;
      return this;
    }

    /** The most words of a text; the rest is cut off. */
    public Builder maxSeqLength(int words) {
      if (words < 1) {
        throw new IllegalArgumentException("max_seq_length must be at least 1, but is " + words);
      }
      maxSeqLength = words;
      return this;
    }

    /**
     * Makes the module.
     *
     * @param device owns the table
     * @throws IllegalArgumentException if the tokenizer knows more words than there are vectors
     */
    public WordEmbeddings build(NDManager device) {
      WordTokenizer words = tokenizer.apply(vectors.vocab());
      int rows = vectors.vocab().size();
      if (words.vocab().size() > rows) {
        words.close();
        throw new IllegalArgumentException(
            "the tokenizer has "
                + words.vocab().size()
                + " words, but there are "
                + rows
                + " vectors");
      }
      NDArray table = device.create(vectors.values(), new Shape(rows, vectors.dimension()));
      return new WordEmbeddings(words, table, training, maxSeqLength);
    }
  }

  /** Reads {@code wordembedding_config.json}, the tokenizer beside it and the weights. */
  public static WordEmbeddings load(ModuleDir dir) {
    Json config = dir.config(CONFIG);
    WordTokenizerType type = WordTokenizerType.of(config.file(), config.string(TOKENIZER_CLASS));
    String text =
        dir.text(type.file())
            .orElseThrow(() -> new ModelException(dir.label(type.file()) + ": no such file"));
    Weights weights = dir.weights();
    long[] shape = weights.shape(TABLE);
    WordTokenizer tokenizer = type.parse(dir.label(type.file()), text);
    try {
      check(dir, tokenizer, shape);
      boolean update = config.findBool(UPDATE).orElse(false);
      return new WordEmbeddings(
          tokenizer,
          weights.tensor(TABLE, shape),
          update ? Training.UPDATED : Training.FROZEN,
          maxSeqLength(dir, config));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static void check(ModuleDir dir, WordTokenizer tokenizer, long[] shape) {
    if (shape.length != 2 || tokenizer.vocab().size() > shape[0]) {
      throw new ModelException(
          dir.label(tokenizer.type().file())
              + ": has "
              + tokenizer.vocab().size()
              + " words, but "
              + TABLE
              + " has the shape "
              + java.util.Arrays.toString(shape));
    }
  }

  private static int maxSeqLength(ModuleDir dir, Json config) {
    if (dir.writtenBy().filter(release -> release.isBefore(6, 2)).isPresent()) {
      return DEFAULT_MAX_SEQ_LENGTH;
    }
    int length = config.findInteger(MAX_SEQ_LENGTH).orElse(DEFAULT_MAX_SEQ_LENGTH);
    if (length < 1) {
      throw new ModelException(
          config.file() + ": \"max_seq_length\" must be at least 1, but is " + length);
    }
    return length;
  }

  @Override
  public String name() {
    return "WordEmbeddings";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.INPUT_IDS);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.INPUT_IDS, Features.ATTENTION_MASK, Features.TOKEN_EMBEDDINGS);
  }

  @Override
  public int width(int inputWidth) {
    return (int) table.getShape().get(1);
  }

  @Override
  public int maxSeqLength() {
    return maxSeqLength;
  }

  @Override
  public String settings() {
    return tokenizer.vocab().size() + " words, max_seq_length=" + maxSeqLength;
  }

  @Override
  public ModuleSpec spec() {
    String config =
        new JsonText()
            .with(TOKENIZER_CLASS, tokenizer.type().path())
            .with(UPDATE, training == Training.UPDATED)
            .with(MAX_SEQ_LENGTH, maxSeqLength)
            .print();
    ModuleSpec spec =
        ModuleSpec.of(name())
            .withText(CONFIG, config)
            .withText(tokenizer.type().file(), tokenizer.text())
            .withTensor(TABLE, TensorData.of(table));
    if (tokenizer.type() != WordTokenizerType.TRANSFORMERS) {
      return spec;
    }
    // Python takes the class of a Hugging Face tokenizer from a file beside it.
    return spec.withText(
        "tokenizer_config.json",
        new JsonText().with(TOKENIZER_CLASS, "PreTrainedTokenizerFast").print());
  }

  @Override
  public Tokens tokenize(TextBatch texts) {
    return texts.encode(Truncation.at(maxSeqLength), tokenizer::encode);
  }

  @Override
  public Features features(Tokens rows, NDManager batch) {
    AttentionMask mask = rows.mask(PaddingSide.RIGHT);
    NDArray ids = batch.create(rows.padded(mask, 0), new Shape(mask.rows(), mask.width()));
    return Features.empty().with(Features.INPUT_IDS, ids).with(Features.ATTENTION_MASK, mask);
  }

  @Override
  public Features forward(Features features) {
    NDArray ids = features.get(Features.INPUT_IDS);
    NDArray words = Embedding.embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
    return features.with(Features.TOKEN_EMBEDDINGS, words);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}

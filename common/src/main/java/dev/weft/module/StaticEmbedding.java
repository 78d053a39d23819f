// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.backend.EmbeddingBag;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.InputModule;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.StoredTokenizer;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.Set;

/**
 * The mean of one stored vector a token: texts to vectors (B, D), without a transformer. Unknown
 * words count with the vector of the unknown token; a text without tokens is the zero vector. Owns
 * the tokenizer. Follows the reference's 6.2, {@code
 * sentence_transformer/modules/static_embedding.py}: no special tokens are added, and texts are cut
 * only where {@code tokenizer.json} itself says so.
 */
public final class StaticEmbedding implements InputModule {
  static final String TOKENIZER = "tokenizer.json";
  static final String WEIGHT = "embedding.weight";

  /** A batch of this size outweighs what the call costs, and leaves a window some for each core. */
  private static final int BATCH_TOKENS = 1 << 14;

  private final String tokenizerText;
  private final StoredTokenizer tokenizer;
  private final NDArray table;
  private final EmbeddingBag bag;

  /**
   * Takes ownership of the tokenizer.
   *
   * @param table (V, D) float32, of the model's device
   */
  StaticEmbedding(String tokenizerText, StoredTokenizer tokenizer, NDArray table) {
    this.tokenizerText = tokenizerText;
    this.tokenizer = tokenizer;
    this.table = table;
    this.bag = new EmbeddingBag(table.getDevice());
  }

  /**
   * A module from scratch.
   *
   * @param tokenizer a folder with a {@code tokenizer.json}
   */
  public static StaticEmbeddingBuilder builder(ModuleDir tokenizer) {
    return new StaticEmbeddingBuilder(tokenizer);
  }

  /**
   * Reads a directory that the reference or model2vec wrote.
   *
   * @throws ModelException if something in the files is missing or wrong, or if the tokenizer has
   *     more tokens than the table has rows
   */
  public static StaticEmbedding load(ModuleDir dir) {
    String json = tokenizerText(dir);
    StoredTokenizer tokenizer = StoredTokenizer.parse(dir.label(TOKENIZER), json);
    try {
      NDArray table = StaticTable.read(dir);
      long rows = table.getShape().get(0);
      if (tokenizer.vocabularySize() > rows) {
        throw new ModelException(
            dir.label(TOKENIZER)
                + ": has "
                + tokenizer.vocabularySize()
                + " tokens, but the weights beside it have only "
                + rows
                + " rows; the two files are not of one model");
      }
      return new StaticEmbedding(json, tokenizer, table);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /**
   * The vectors of a directory that model2vec wrote, as they are: unlike loading the directory as a
   * model, this adds no Normalize where its {@code config.json} says {@code normalize}. Unknown
   * words count and texts are not cut to 512 tokens, which model2vec itself does otherwise.
   *
   * @throws ModelException as {@link #load}
   */
  public static StaticEmbedding fromModel2Vec(ModuleDir dir) {
    return load(dir);
  }

  static String tokenizerText(ModuleDir dir) {
    return dir.text(TOKENIZER)
        .orElseThrow(
            () ->
                new ModelException(
                    "The tokenizer must be fast (i.e. Rust-backed) to use this class. There is no "
                        + dir.label(TOKENIZER)
                        + "; convert the tokenizer with AutoTokenizer.from_pretrained(…,"
                        + " use_fast=True).save_pretrained(…)"));
  }

  @Override
  public String name() {
    return "StaticEmbedding";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.INPUT_IDS, Features.OFFSETS);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.INPUT_IDS, Features.OFFSETS, Features.SENTENCE_EMBEDDING);
  }

  @Override
  public int width(int inputWidth) {
    return (int) table.getShape().get(1);
  }

  /** The reference reports infinity, whatever {@code tokenizer.json} says. */
  @Override
  public int maxSeqLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public long positions(Tokens rows) {
    return rows.total();
  }

  @Override
  public int batchTokens(Device device) {
    return BATCH_TOKENS;
  }

  @Override
  public String settings() {
    return table.getShape().get(0) + " tokens";
  }

  @Override
  public ModuleSpec spec() {
    return ModuleSpec.of(name())
        .withText(TOKENIZER, tokenizerText)
        .withTensor(WEIGHT, TensorData.of(table));
  }

  @Override
  public Tokens tokenize(TextBatch batch) {
    return tokenizer.encode(batch);
  }

  @Override
  public Features features(Tokens rows, NDManager batch) {
    return Features.empty()
        .with(Features.INPUT_IDS, batch.create(rows.flat()))
        .with(Features.OFFSETS, batch.create(rows.offsets()));
  }

  @Override
  public Features forward(Features features) {
    NDArray ids = features.get(Features.INPUT_IDS);
    NDArray offsets = features.get(Features.OFFSETS);
    return features.with(Features.SENTENCE_EMBEDDING, bag.mean(table, ids, offsets));
  }

  @Override
  public void close() {
    tokenizer.close();
    bag.close();
  }
}

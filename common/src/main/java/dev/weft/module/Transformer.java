// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.backend.Encoder;
import dev.weft.backend.HiddenLayers;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.HiddenStates;
import dev.weft.pipeline.InputModule;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.AttentionMask;
import dev.weft.text.FastTokenizer;
import dev.weft.text.PaddingSide;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A Hugging Face transformer with its tokenizer: texts to one vector a token, (B, T, H), and to
 * those of every layer where its configuration says {@code output_hidden_states}. Owns the
 * tokenizer and the encoder. Follows the reference's 6.2, {@code base/modules/transformer.py}:
 * texts are not stripped, and a text longer than {@link #maxSeqLength} tokens is cut unless the
 * batch asks for something else.
 */
public final class Transformer implements InputModule {
  private final FastTokenizer tokenizer;
  private final Encoder encoder;
  private final Layout layout;
  private final TransformerFiles files;
  private final Backend.Kind backend;

  /**
   * How rows become a batch.
   *
   * @param maxSeqLength the most tokens of a row
   * @param padId the id that fills shorter rows
   * @param side where it fills them
   * @param layers the hidden states handed on
   */
  record Layout(int maxSeqLength, int padId, PaddingSide side, HiddenLayers layers) {}

  /** Takes ownership of tokenizer and encoder. */
  Transformer(
      FastTokenizer tokenizer,
      Encoder encoder,
      Layout layout,
      TransformerFiles files,
      Backend.Kind backend) {
    this.tokenizer = tokenizer;
    this.encoder = encoder;
    this.layout = layout;
    this.files = files;
    this.backend = backend;
  }

  /**
   * A transformer from a Hugging Face directory, with or without the reference's own settings file.
   */
  public static TransformerBuilder builder(ModuleDir dir) {
    return new TransformerBuilder(dir);
  }

  /** Reads a directory as it is. */
  public static Transformer load(ModuleDir dir) {
    return builder(dir).load();
  }

  @Override
  public String name() {
    return "Transformer";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.INPUT_IDS, Features.ATTENTION_MASK);
  }

  @Override
  public Set<Key<?>> adds() {
    Set<Key<?>> keys = new LinkedHashSet<>(needs());
    keys.add(Features.TOKEN_EMBEDDINGS);
    if (layout.layers() == HiddenLayers.ALL) {
      keys.add(Features.ALL_LAYER_EMBEDDINGS);
    }
    return keys;
  }

  @Override
  public int width(int inputWidth) {
    return encoder.hiddenSize();
  }

  @Override
  public int maxSeqLength() {
    return layout.maxSeqLength();
  }

  @Override
  public String settings() {
    return encoder.modelType()
        + ", max_seq_length="
        + layout.maxSeqLength()
        + (backend == Backend.Kind.TORCH ? "" : ", backend=" + backend.key());
  }

  @Override
  public ModuleSpec spec() {
    return files.spec(layout.maxSeqLength());
  }

  @Override
  public Tokens tokenize(TextBatch batch) {
    Tokens tokens = tokenizer.encode(batch);
    return batch.prompt().isEmpty()
        ? tokens
        : tokens.withPromptLength(tokenizer.promptLength(batch.prompt()));
  }

  @Override
  public Features features(Tokens rows, NDManager batch) {
    AttentionMask mask = rows.mask(layout.side());
    NDArray ids =
        batch.create(rows.padded(mask, layout.padId()), new Shape(mask.rows(), mask.width()));
    return Features.empty()
        .with(Features.INPUT_IDS, ids)
        .with(Features.ATTENTION_MASK, mask)
        .with(Features.PROMPT_LENGTH, rows.promptLength());
  }

  @Override
  public Features forward(Features features) {
    NDArray ids = features.get(Features.INPUT_IDS);
    AttentionMask mask = features.get(Features.ATTENTION_MASK);
    List<NDArray> states = encoder.forward(ids, mask, layout.layers());
    Features more = features.with(Features.TOKEN_EMBEDDINGS, states.get(states.size() - 1));
    return layout.layers() == HiddenLayers.ALL
        ? more.with(Features.ALL_LAYER_EMBEDDINGS, new HiddenStates(states))
        : more;
  }

  @Override
  public void close() {
    tokenizer.close();
    encoder.close();
  }
}

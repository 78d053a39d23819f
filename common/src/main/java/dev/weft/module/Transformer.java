// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.backend.Encoder;
import dev.weft.backend.Encoders;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.InputModule;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.ModuleDir;
import dev.weft.text.AttentionMask;
import dev.weft.text.FastTokenizer;
import dev.weft.text.PaddingSide;
import dev.weft.text.TextBatch;
import dev.weft.text.TokenizerJson;
import dev.weft.text.Tokens;
import java.util.List;
import java.util.Set;

/**
 * A Hugging Face transformer with its tokenizer: texts to one vector a token, (B, T, H). Owns the
 * tokenizer and the encoder. Follows the reference's 6.2, {@code base/modules/transformer.py}:
 * texts are not stripped, and a text longer than {@link #maxSeqLength} tokens is cut without a
 * word.
 */
public final class Transformer implements InputModule {
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";

  /** Names this file had, tried in this order. */
  private static final String[] SETTINGS = {
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json"
  };

  private final FastTokenizer tokenizer;
  private final Encoder encoder;
  private final Layout layout;

  /**
   * How rows become a batch.
   *
   * @param maxSeqLength the most tokens of a row
   * @param padId the id that fills shorter rows
   * @param side where it fills them
   */
  public record Layout(int maxSeqLength, int padId, PaddingSide side) {}

  /**
   * Takes ownership of the encoder and of the tokenizer, which must cut at {@code
   * layout.maxSeqLength()}.
   */
  public Transformer(FastTokenizer tokenizer, Encoder encoder, Layout layout) {
    this.tokenizer = tokenizer;
    this.encoder = encoder;
    this.layout = layout;
  }

  /** Reads a Hugging Face directory, with or without the reference's own settings file. */
  public static Transformer load(ModuleDir dir) {
    Json config = dir.config("config.json");
    Json settings = dir.findConfig(SETTINGS).orElseGet(() -> Json.empty(SETTINGS[0]));
    Json tokenizerConfig =
        dir.findConfig(TOKENIZER_CONFIG).orElseGet(() -> Json.empty(TOKENIZER_CONFIG));
    Encoder encoder = Encoders.load(config, dir.weights());
    try {
      Layout layout =
          new Layout(
              maxSeqLength(settings, tokenizerConfig, encoder),
              config.findInteger("pad_token_id").orElse(0),
              side(tokenizerConfig));
      return new Transformer(tokenizer(dir, settings, layout.maxSeqLength()), encoder, layout);
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  private static FastTokenizer tokenizer(ModuleDir dir, Json settings, int maxSeqLength) {
    String file = dir.label(TOKENIZER);
    String json =
        dir.text(TOKENIZER)
            .orElseThrow(
                () ->
                    new ModelException(
                        file
                            + ": no such file; save the tokenizer in the fast format"
                            + " (AutoTokenizer.from_pretrained(…, use_fast=True).save_pretrained(…))"));
    if (settings.findBool("do_lower_case").orElse(false)) {
      json = TokenizerJson.lowerCasing(file, json);
    }
    return FastTokenizer.parse(file, json, maxSeqLength);
  }

  /** An explicit value as it is; else the tokenizer's, capped by the position table. */
  private static int maxSeqLength(Json settings, Json tokenizerConfig, Encoder encoder) {
    return settings
        .findInteger("max_seq_length")
        .map(
            explicit -> {
              if (explicit > encoder.maxPositions()) {
                throw new ModelException(
                    settings.file()
                        + ": max_seq_length "
                        + explicit
                        + " is more than the model's "
                        + encoder.maxPositions()
                        + " positions");
              }
              return explicit;
            })
        .orElseGet(
            () ->
                Math.min(
                    tokenizerConfig.findInteger("model_max_length").orElse(Integer.MAX_VALUE),
                    encoder.maxPositions()));
  }

  private static PaddingSide side(Json tokenizerConfig) {
    String side = tokenizerConfig.findString("padding_side").orElse("right");
    return side.equals("left") ? PaddingSide.LEFT : PaddingSide.RIGHT;
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
    return Set.of(Features.INPUT_IDS, Features.ATTENTION_MASK, Features.TOKEN_EMBEDDINGS);
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
    return encoder.modelType() + ", max_seq_length=" + layout.maxSeqLength();
  }

  @Override
  public Tokens tokenize(TextBatch batch) {
    String prompt = batch.prompt();
    if (prompt.isEmpty()) {
      return tokenizer.encode(batch.texts());
    }
    List<String> prompted = batch.texts().stream().map(prompt::concat).toList();
    return tokenizer.encode(prompted).withPromptLength(tokenizer.promptLength(prompt));
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
    return features.with(Features.TOKEN_EMBEDDINGS, encoder.forward(ids, mask));
  }

  @Override
  public void close() {
    tokenizer.close();
    encoder.close();
  }
}

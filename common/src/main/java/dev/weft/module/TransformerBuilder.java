// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.backend.Encoder;
import dev.weft.backend.Encoders;
import dev.weft.backend.HiddenLayers;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.pipeline.ModuleDir;
import dev.weft.text.FastTokenizer;
import dev.weft.text.PaddingSide;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The parameters of the reference's {@code Transformer}, by their names. What is not set comes from
 * the files of the directory. Mutable, for one thread.
 */
public final class TransformerBuilder {
  private static final Set<String> TOKENIZER_ARGS = Set.of("model_max_length", "padding_side");
  private static final List<String> FLOAT32 = List.of("float32", "torch.float32", "auto");

  private TransformerFiles files;
  private OptionalInt maxSeqLength = OptionalInt.empty();

  TransformerBuilder(ModuleDir dir) {
    this.files = TransformerFiles.of(dir, dir);
  }

  /**
   * The most tokens a text may have, special tokens included. Without it: that of the directory's
   * settings, else the tokenizer's, at most as many as the model has positions. A {@code
   * model_max_length} among the {@link #tokenizerArgs} wins over all of them.
   */
  public TransformerBuilder maxSeqLength(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("max_seq_length must be at least 1, but is " + tokens);
    }
    maxSeqLength = OptionalInt.of(tokens);
    return this;
  }

  /** Lower-cases texts before the tokenizer's own normalizer sees them. */
  public TransformerBuilder doLowerCase() {
    files = files.lowerCasing();
    return this;
  }

  /** {@code tokenizer_name_or_path}: the tokenizer of another directory; set it first. */
  public TransformerBuilder tokenizer(ModuleDir dir) {
    files = TransformerFiles.of(files.model(), dir);
    return this;
  }

  /**
   * {@code model_args}: {@code torch_dtype} or {@code dtype} (float32, or auto, which here means
   * the same: weights are widened), and {@code attn_implementation}, which changes no number.
   *
   * @throws IllegalArgumentException for other keys and values
   */
  public TransformerBuilder modelArgs(Map<String, ?> args) {
    args.forEach(
        (key, value) -> {
          switch (key) {
            case "torch_dtype", "dtype" -> {
              if (!FLOAT32.contains(value)) {
                throw new IllegalArgumentException(
                    "model_args: " + key + " " + value + " is not supported; known: " + FLOAT32);
              }
            }
            case "attn_implementation" -> {}
            case "trust_remote_code" ->
                throw new IllegalArgumentException(
                    "model_args: trust_remote_code: code of a model is never run");
            default ->
                throw new IllegalArgumentException(
                    "model_args: \""
                        + key
                        + "\" is not known; known: attn_implementation, dtype, torch_dtype");
          }
        });
    return this;
  }

  /**
   * {@code tokenizer_args}: {@code model_max_length} and {@code padding_side}.
   *
   * @throws IllegalArgumentException for other keys
   */
  public TransformerBuilder tokenizerArgs(Map<String, Object> args) {
    for (String key : args.keySet()) {
      if (!TOKENIZER_ARGS.contains(key)) {
        throw new IllegalArgumentException(
            "tokenizer_args: \"" + key + "\" is not known; known: model_max_length, padding_side");
      }
    }
    files = files.withTokenizerConfig(args);
    return this;
  }

  /** {@code config_args}: keys of {@code config.json} to replace, as if the file held them. */
  public TransformerBuilder configArgs(Map<String, Object> args) {
    files = files.withConfig(args);
    return this;
  }

  /**
   * {@code backend}: {@code torch} is the only one today.
   *
   * @throws IllegalArgumentException for another
   */
  public TransformerBuilder backend(String name) {
    if (!name.equals("torch")) {
      throw new IllegalArgumentException(
          "backend \"" + name + "\" is not supported; supported: torch");
    }
    return this;
  }

  /**
   * Reads weights and tokenizer.
   *
   * @throws ModelException if something in the files is missing, wrong or not supported
   */
  public Transformer load() {
    Json config = files.config();
    Encoder encoder = Encoders.load(config, files.model().weights());
    try {
      boolean all = config.findBool("output_hidden_states").orElse(false);
      Transformer.Layout layout =
          new Transformer.Layout(
              maxSeqLength(encoder),
              config.findInteger("pad_token_id").filter(id -> id >= 0).orElse(0),
              side(files.tokenizerConfig()),
              all ? HiddenLayers.ALL : HiddenLayers.LAST);
      FastTokenizer tokenizer =
          FastTokenizer.parse(files.tokenizerFile(), files.tokenizerText(), layout.maxSeqLength());
      return new Transformer(tokenizer, encoder, layout, files);
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  /**
   * An explicit value as it is, that of {@code tokenizer_args} first; else the tokenizer's, capped
   * by the position table.
   */
  private int maxSeqLength(Encoder encoder) {
    Optional<Integer> ofTokenizer = files.tokenizerArgs().findInteger("model_max_length");
    if (ofTokenizer.isPresent()) {
      return within("tokenizer_args: model_max_length", ofTokenizer.get(), encoder);
    }
    if (maxSeqLength.isPresent()) {
      return within("max_seq_length", maxSeqLength.getAsInt(), encoder);
    }
    return files
        .settings()
        .findInteger("max_seq_length")
        .map(value -> within(files.settings().file() + ": max_seq_length", value, encoder))
        .orElseGet(
            () ->
                Math.min(
                    files
                        .tokenizerConfig()
                        .findInteger("model_max_length")
                        .orElse(Integer.MAX_VALUE),
                    encoder.maxPositions()));
  }

  private static int within(String what, int value, Encoder encoder) {
    if (value > encoder.positionLimit()) {
      throw new ModelException(
          what
              + " "
              + value
              + " is more than the model's "
              + encoder.positionLimit()
              + " positions");
    }
    return value;
  }

  private static PaddingSide side(Json tokenizerConfig) {
    String side = tokenizerConfig.findString("padding_side").orElse("right");
    return switch (side) {
      case "left" -> PaddingSide.LEFT;
      case "right" -> PaddingSide.RIGHT;
      default ->
          throw new ModelException(
              tokenizerConfig.file()
                  + ": padding_side \""
                  + side
                  + "\" is not known; known: left, right");
    };
  }
}

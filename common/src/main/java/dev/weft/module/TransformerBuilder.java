// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.backend.Encoder;
import dev.weft.backend.Encoders;
import dev.weft.backend.GraphEncoders;
import dev.weft.backend.HiddenLayers;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.ModuleDir;
import dev.weft.text.FastTokenizer;
import dev.weft.text.TokenizerSides;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parameters of the reference's {@code Transformer}, by their names. What is not set comes from
 * the files of the directory. Mutable, for one thread.
 */
public final class TransformerBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(TransformerBuilder.class);
  private static final String MAX_LENGTH = "model_max_length";
  private static final Set<String> TOKENIZER_ARGS =
      Set.of(MAX_LENGTH, "padding_side", "truncation_side");

  private TransformerFiles files;
  private final Map<String, Object> tokenizerArgs = new LinkedHashMap<>();
  private Backend backend;
  private final Map<String, Object> backendArgs = new LinkedHashMap<>();
  private OptionalInt maxSeqLength = OptionalInt.empty();

  TransformerBuilder(ModuleDir dir) {
    this.files = TransformerFiles.of(dir);
    this.backend = dir.backend();
  }

  /**
   * The most tokens a text may have, special tokens included. Without it: that of the directory's
   * settings, else the tokenizer's, at most as many as the model has positions.
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

  /** {@code tokenizer_name_or_path}: the tokenizer of another directory. */
  public TransformerBuilder tokenizer(ModuleDir dir) {
    files = files.withTokenizer(dir).withTokenizerConfig(tokenizerArgs);
    return this;
  }

  /**
   * {@code model_args}: {@code dtype} or {@code torch_dtype} (see {@link dev.weft.config.Dtype}),
   * {@code attn_implementation}, which changes no number, and for the backends that run exported
   * files {@code file_name}, {@code subfolder}, {@code provider} and {@code library}.
   *
   * @throws IllegalArgumentException for other keys and values
   */
  public TransformerBuilder modelArgs(Map<String, ?> args) {
    args.forEach(
        (key, value) -> {
          switch (key) {
            case "attn_implementation" -> {}
            case "trust_remote_code" ->
                throw new IllegalArgumentException(
                    "model_args: trust_remote_code: code of a model is never run");
            default -> {
              if (!Backend.isArg(key)) {
                throw new IllegalArgumentException(
                    "model_args: \""
                        + key
                        + "\" is not known; known: attn_implementation, dtype, export, file_name,"
                        + " library, provider, subfolder, torch_dtype");
              }
              backendArgs.put(key, value);
            }
          }
        });
    return this;
  }

  /**
   * {@code tokenizer_args}: {@code model_max_length}, {@code padding_side} and {@code
   * truncation_side}.
   *
   * @throws IllegalArgumentException for other keys
   */
  public TransformerBuilder tokenizerArgs(Map<String, Object> args) {
    for (String key : args.keySet()) {
      if (!TOKENIZER_ARGS.contains(key)) {
        throw new IllegalArgumentException(
            "tokenizer_args: \""
                + key
                + "\" is not known; known: model_max_length, padding_side,"
                + " truncation_side");
      }
    }
    tokenizerArgs.putAll(args);
    files = files.withTokenizerConfig(args);
    return this;
  }

  /** {@code config_args}: keys of {@code config.json} to replace, as if the file held them. */
  public TransformerBuilder configArgs(Map<String, Object> args) {
    files = files.withConfig(args);
    return this;
  }

  /**
   * {@code backend}: {@code torch}, {@code onnx} or {@code openvino}; without it that of the model.
   *
   * @throws IllegalArgumentException for another
   */
  public TransformerBuilder backend(String name) {
    backend = Backend.named(name);
    return this;
  }

  /**
   * Reads weights and tokenizer.
   *
   * @throws ModelException if something in the files is missing, wrong or not supported
   * @throws IllegalArgumentException if {@code model_args} do not fit the backend
   * @throws IllegalStateException if the backend's runtime is not there
   */
  public Transformer load() {
    Json config = files.config();
    boolean all = config.findBool("output_hidden_states").orElse(false);
    Backend chosen = backend.withArgs(backendArgs);
    if (all && chosen.kind() != Backend.Kind.TORCH) {
      throw new ModelException(
          config.file()
              + ": output_hidden_states asks for the hidden states of all layers, which backend "
              + chosen.kind().key()
              + " does not return; use backend=torch");
    }
    Encoder encoder = encoder(config, chosen);
    try {
      TokenizerSides sides = files.tokenizerSides();
      Transformer.Layout layout =
          new Transformer.Layout(
              maxSeqLength(encoder),
              config.findInteger("pad_token_id").filter(id -> id >= 0).orElse(0),
              files.paddingSide(sides),
              all ? HiddenLayers.ALL : HiddenLayers.LAST);
      FastTokenizer tokenizer =
          FastTokenizer.parse(
              files.tokenizerFile(),
              files.tokenizerText(),
              layout.maxSeqLength(),
              files.truncationSide(sides));
      return new Transformer(tokenizer, encoder, layout, files, chosen.kind());
    } catch (RuntimeException e) {
      encoder.close();
      throw e;
    }
  }

  private Encoder encoder(Json config, Backend chosen) {
    ModuleDir dir = files.model();
    return switch (chosen.kind()) {
      case TORCH -> Encoders.load(config, dir.weights(), chosen.dtype());
      case ONNX -> GraphEncoders.onnx(config, GraphFile.find(dir, chosen), chosen.provider());
      case OPENVINO ->
          GraphEncoders.openVino(config, GraphFile.find(dir, chosen), chosen.library());
    };
  }

  /**
   * An explicit value as it is, of which an argument of the tokenizer wins, as in the reference
   * since 5.4; else the tokenizer's own, capped by the position table.
   */
  private int maxSeqLength(Encoder encoder) {
    Optional<Integer> argument =
        files.tokenizerConfig().findInteger(MAX_LENGTH).filter(length -> isArgument());
    if (argument.isPresent()) {
      return within("tokenizer_args: " + MAX_LENGTH, argument.get(), encoder);
    }
    if (maxSeqLength.isPresent()) {
      return within("max_seq_length", maxSeqLength.getAsInt(), encoder);
    }
    return files
        .settings()
        .findInteger("max_seq_length")
        .map(value -> capped(value, encoder))
        .orElseGet(
            () ->
                Math.min(
                    files
                        .tokenizerConfig()
                        .findInteger(MAX_LENGTH, "max_len")
                        .orElse(Integer.MAX_VALUE),
                    encoder.maxPositions()));
  }

  /** The reference reads such a directory too, and fails at the first text that is too long. */
  private int capped(int value, Encoder encoder) {
    if (value > encoder.positionLimit()) {
      LOG.warn(
          "{}: max_seq_length {} is more than the model's {} positions; cutting texts there",
          files.settings().file(),
          value,
          encoder.positionLimit());
    }
    return Math.min(value, encoder.positionLimit());
  }

  private boolean isArgument() {
    return tokenizerArgs.containsKey(MAX_LENGTH)
        || TransformerSettings.tokenizerArguments(files.settings()).has(MAX_LENGTH);
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
}

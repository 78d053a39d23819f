// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.text.PaddingSide;
import dev.weft.text.TokenizerJson;
import dev.weft.text.TokenizerSides;
import dev.weft.text.TruncationSide;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a transformer: the model's, which may be in another folder than the tokenizer's, and
 * the reference's settings beside them. Read when they are asked for; saving copies them as they
 * are now, weights included, so nothing is lost that inference does not use.
 *
 * @param model the folder with {@code config.json} and the weights
 * @param tokenizer the folder with {@code tokenizer.json}
 * @param settings {@code sentence_bert_config.json} or an older name of it
 * @param config {@code config.json}, with what the builder changed
 * @param tokenizerConfig {@code tokenizer_config.json}, with what the builder changed
 * @param lowerCase {@code do_lower_case}
 */
record TransformerFiles(
    ModuleDir model,
    ModuleDir tokenizer,
    Json settings,
    Json config,
    Json tokenizerConfig,
    boolean lowerCase) {
  private static final String CONFIG = "config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";

  /** Names this file had, tried in this order; the first is written. */
  private static final String[] SETTINGS = {
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json"
  };

  /** The files of one folder. */
  static TransformerFiles of(ModuleDir model) {
    Json settings =
        TransformerSettings.checked(
            model.findConfig(SETTINGS).orElseGet(() -> Json.empty(SETTINGS[0])));
    return new TransformerFiles(
        model,
        model,
        settings,
        model
            .config(CONFIG)
            .with(TransformerSettings.arguments(settings, "config_kwargs", "config_args").values()),
        tokenizerConfig(settings, model),
        settings.findBool("do_lower_case").orElse(false));
  }

  /** With the tokenizer of another folder. */
  TransformerFiles withTokenizer(ModuleDir folder) {
    return new TransformerFiles(
        model, folder, settings, config, tokenizerConfig(settings, folder), lowerCase);
  }

  private static Json tokenizerConfig(Json settings, ModuleDir folder) {
    return folder
        .findConfig(TOKENIZER_CONFIG)
        .orElseGet(() -> Json.empty(TOKENIZER_CONFIG))
        .with(TransformerSettings.tokenizerArguments(settings).values());
  }

  TransformerFiles withConfig(Map<String, Object> overrides) {
    return new TransformerFiles(
        model, tokenizer, settings, config.with(overrides), tokenizerConfig, lowerCase);
  }

  TransformerFiles withTokenizerConfig(Map<String, Object> overrides) {
    return new TransformerFiles(
        model, tokenizer, settings, config, tokenizerConfig.with(overrides), lowerCase);
  }

  TransformerFiles lowerCasing() {
    return new TransformerFiles(model, tokenizer, settings, config, tokenizerConfig, true);
  }

  String tokenizerFile() {
    return tokenizer.label(TOKENIZER);
  }

  /** The tokenizer as it is run. */
  String tokenizerText() {
    String json = TokenizerJson.normalizing(tokenizerFile(), storedTokenizer(), tokenizerConfig);
    return lowerCase ? TokenizerJson.lowerCasing(tokenizerFile(), json) : json;
  }

  /** What the tokenizer's own blocks say of sides. */
  TokenizerSides tokenizerSides() {
    return TokenizerSides.of(storedTokenizer());
  }

  /** The side the configuration names, else that of the tokenizer's own block, else the right. */
  PaddingSide paddingSide(TokenizerSides blocks) {
    return isLeft("padding_side")
        .map(left -> left ? PaddingSide.LEFT : PaddingSide.RIGHT)
        .or(blocks::padding)
        .orElse(PaddingSide.RIGHT);
  }

  /** As {@link #paddingSide}, the end at which long texts are cut. */
  TruncationSide truncationSide(TokenizerSides blocks) {
    return isLeft("truncation_side")
        .map(left -> left ? TruncationSide.LEFT : TruncationSide.RIGHT)
        .or(blocks::truncation)
        .orElse(TruncationSide.RIGHT);
  }

  private Optional<Boolean> isLeft(String key) {
    return tokenizerConfig
        .findString(key)
        .map(
            side ->
                switch (side) {
                  case "left" -> true;
                  case "right" -> false;
                  default ->
                      throw new ModelException(
                          tokenizerConfig.file()
                              + ": "
                              + key
                              + " \""
                              + side
                              + "\" is not known; known: left, right");
                });
  }

  private String storedTokenizer() {
    return tokenizer
        .text(TOKENIZER)
        .orElseThrow(
            () ->
                new ModelException(
                    tokenizerFile()
                        + ": no such file; save the tokenizer in the fast format"
                        + " (AutoTokenizer.from_pretrained(…, use_fast=True).save_pretrained(…))"));
  }

  ModuleSpec spec(int maxSeqLength) {
    ModuleSpec spec =
        ModuleSpec.of("Transformer")
            .withText(CONFIG, config.text())
            .withText(TOKENIZER, storedTokenizer())
            .withText(
                SETTINGS[0],
                new JsonText()
                    .with("max_seq_length", maxSeqLength)
                    .with("do_lower_case", lowerCase)
                    .print())
            .withTensors(model.weights().stored());
    if (!tokenizerConfig.keys().isEmpty()) {
      spec = spec.withText(TOKENIZER_CONFIG, tokenizerConfig.text());
    }
    Optional<String> special = tokenizer.text(SPECIAL_TOKENS);
    return special.isPresent() ? spec.withText(SPECIAL_TOKENS, special.get()) : spec;
  }
}

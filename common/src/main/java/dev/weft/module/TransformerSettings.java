// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.List;
import java.util.Optional;

/**
 * The reference's settings beside a transformer, {@code sentence_bert_config.json}. What 5.4 and
 * later write there may ask for other numbers than the last hidden state of whole texts: that is
 * refused, since a model that ignored it would answer something else than it was saved to.
 */
final class TransformerSettings {
  private static final List<String> LENGTHS =
      List.of("query_length", "document_length", "query_expansion");

  private TransformerSettings() {}

  /**
   * The same settings.
   *
   * @throws ModelException naming file, key and value that is not supported
   */
  static Json checked(Json settings) {
    LENGTHS.stream().filter(settings::has).forEach(key -> refuse(settings, key));
    Json processing = settings.object("processing_kwargs");
    for (String kind : List.of("common", "text")) {
      if (!processing.object(kind).keys().isEmpty()) {
        refuse(settings, "processing_kwargs." + kind);
      }
    }
    Json modalities = settings.object("modality_config");
    if (modalities.has("message")) {
      throw new ModelException(
          settings.file()
              + ": modality_config.message is not supported, by which every text goes through the"
              + " tokenizer's chat template; remove it to embed the texts themselves");
    }
    Json text = modalities.object("text");
    only(settings, "transformer_task", settings, "feature-extraction");
    only(settings, "module_output_name", settings, "token_embeddings");
    only(settings, "method", text, "forward");
    only(settings, "method_output_name", text, "last_hidden_state");
    return settings;
  }

  /** Arguments of the model's, the tokenizer's or the config's class; 5.4 renamed them. */
  static Json arguments(Json settings, String name, String oldName) {
    return settings.has(oldName) ? settings.object(oldName) : settings.object(name);
  }

  /** What the tokenizer is given beside its own files. */
  static Json tokenizerArguments(Json settings) {
    return arguments(settings, "processor_kwargs", "tokenizer_args");
  }

  private static void refuse(Json settings, String key) {
    throw new ModelException(
        settings.file()
            + ": "
            + key
            + " is not supported; remove it, or give max_seq_length for all texts");
  }

  private static void only(Json settings, String key, Json part, String supported) {
    Optional<String> value = part.findString(key);
    if (value.isPresent() && !value.get().equals(supported)) {
      throw new ModelException(
          settings.file()
              + ": "
              + key
              + " \""
              + value.get()
              + "\" is not supported; supported: "
              + supported);
    }
  }
}

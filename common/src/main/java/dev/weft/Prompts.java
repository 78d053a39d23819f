// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.store.ModelSettings;
import java.util.List;
import java.util.Optional;

/**
 * Which prompt a call uses, by the rules of the reference's encode, encode_query, encode_document.
 */
final class Prompts {
  private static final List<String> DOCUMENT_NAMES = List.of("document", "passage", "corpus");

  private Prompts() {}

  /** The prompt's text: given, or named by the call, or the model's default; else empty. */
  static String resolve(EncodeOptions options, ModelSettings settings) {
    if (options.prompt().isPresent()) {
      return options.prompt().get();
    }
    Optional<String> name = options.promptName().or(settings::defaultPromptName);
    if (name.isEmpty()) {
      return "";
    }
    String prompt = settings.prompts().get(name.get());
    if (prompt == null) {
      throw new IllegalArgumentException(
          "prompt name \""
              + name.get()
              + "\" is not one of the model's prompts "
              + settings.prompts().keySet());
    }
    return prompt;
  }

  static EncodeOptions forQuery(EncodeOptions options, ModelSettings settings) {
    return named(options, settings, List.of("query")).withTask("query");
  }

  static EncodeOptions forDocument(EncodeOptions options, ModelSettings settings) {
    return named(options, settings, DOCUMENT_NAMES).withTask("document");
  }

  private static EncodeOptions named(
      EncodeOptions options, ModelSettings settings, List<String> candidates) {
    if (options.prompt().isPresent() || options.promptName().isPresent()) {
      return options;
    }
    return candidates.stream()
        .filter(settings.prompts()::containsKey)
        .findFirst()
        .map(options::withPromptName)
        .orElse(options);
  }
}

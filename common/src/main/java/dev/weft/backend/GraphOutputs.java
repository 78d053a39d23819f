// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.ModelException;
import java.util.Collection;
import java.util.List;

/** Which output of an exported transformer holds a vector a token. */
final class GraphOutputs {
  /** Optimum's name and the reference's; other exporters have the last hidden state first. */
  private static final List<String> NAMES = List.of("last_hidden_state", "token_embeddings");

  private GraphOutputs() {}

  /**
   * The output's name.
   *
   * @param names all of them, in the order of the file
   */
  static String choose(String label, Collection<String> names) {
    return NAMES.stream()
        .filter(names::contains)
        .findFirst()
        .or(() -> names.stream().findFirst())
        .orElseThrow(() -> new ModelException(label + ": the graph has no output"));
  }

  /** Says that the output is not what a Transformer hands on. */
  static ModelException refused(String label, String name, String found) {
    return new ModelException(
        label
            + ": output \""
            + name
            + "\" is "
            + found
            + ", but a vector a token is needed, (batch, tokens, width) float32; export the"
            + " feature-extraction task without pooling");
  }

  /** Says that an input is not one of those that a tokenizer makes. */
  static ModelException refusedInput(String label, String name, String found) {
    return new ModelException(
        label + ": input \"" + name + "\" is " + found + ", but token ids are int64 here");
  }
}

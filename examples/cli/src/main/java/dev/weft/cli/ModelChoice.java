// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.serve.EmbedderSpec;
import java.util.Map;

/**
 * What a command line says to embed with.
 *
 * @param directory the model, which is here
 * @param options by the names that {@link EmbedderSpec} has for them
 */
public record ModelChoice(String directory, Map<String, String> options) {
  public ModelChoice {
    options = Map.copyOf(options);
  }

  public EmbedderSpec spec() {
    return EmbedderSpec.of(directory, options);
  }
}

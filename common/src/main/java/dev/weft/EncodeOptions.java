// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one call asks for, beside its texts.
 *
 * @param prompt put in front of every text; wins over {@code promptName}
 * @param promptName one of the prompts the model carries
 * @param task what a Router chooses its route by; other models ignore it
 * @param truncateDim keep only the first components (Matryoshka); more than there are is harmless
 * @param scaling whether vectors are scaled to length one after they are cut
 * @param progress told how many texts are done
 */
public record EncodeOptions(
    Optional<String> prompt,
    Optional<String> promptName,
    Optional<String> task,
    OptionalInt truncateDim,
    Scaling scaling,
    Progress progress) {

  /** The vectors as the model makes them, with its default prompt. */
  public static final EncodeOptions DEFAULT =
      new EncodeOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Scaling.AS_MODEL,
          Progress.NONE);

  /** The length of the vectors. */
  public enum Scaling {
    /** As the last module leaves them. */
    AS_MODEL,
    /** Length one, whatever the model does: {@code normalize_embeddings=True}. */
    UNIT
  }

  public EncodeOptions {
    if (truncateDim.isPresent() && truncateDim.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "truncateDim must be at least 1, but is " + truncateDim.getAsInt());
    }
  }

  public EncodeOptions withPrompt(String text) {
    return new EncodeOptions(Optional.of(text), promptName, task, truncateDim, scaling, progress);
  }

  public EncodeOptions withPromptName(String name) {
    return new EncodeOptions(prompt, Optional.of(name), task, truncateDim, scaling, progress);
  }

  public EncodeOptions withTask(String name) {
    return new EncodeOptions(prompt, promptName, Optional.of(name), truncateDim, scaling, progress);
  }

  public EncodeOptions withTruncateDim(int width) {
    return new EncodeOptions(prompt, promptName, task, OptionalInt.of(width), scaling, progress);
  }

  /** Vectors of length one. */
  public EncodeOptions normalized() {
    return new EncodeOptions(prompt, promptName, task, truncateDim, Scaling.UNIT, progress);
  }

  public EncodeOptions withProgress(Progress listener) {
    return new EncodeOptions(prompt, promptName, task, truncateDim, scaling, listener);
  }
}

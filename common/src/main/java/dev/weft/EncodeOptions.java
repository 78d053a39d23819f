// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.text.LongTexts;
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
 * @param longTexts what becomes of texts with more tokens than the model takes
 * @param progress told how many texts are done
 * @param meter counts what the call does
 */
public record EncodeOptions(
    Optional<String> prompt,
    Optional<String> promptName,
    Optional<String> task,
    OptionalInt truncateDim,
    Scaling scaling,
    LongTexts longTexts,
    Progress progress,
    Optional<EncodeMeter> meter) {

  /** The vectors as the model makes them, with its default prompt. */
  public static final EncodeOptions DEFAULT =
      new EncodeOptions(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          Scaling.AS_MODEL,
          LongTexts.CUT,
          Progress.NONE,
          Optional.empty());

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
    return new EncodeOptions(
        Optional.of(text), promptName, task, truncateDim, scaling, longTexts, progress, meter);
  }

  public EncodeOptions withPromptName(String name) {
    return new EncodeOptions(
        prompt, Optional.of(name), task, truncateDim, scaling, longTexts, progress, meter);
  }

  public EncodeOptions withTask(String name) {
    return new EncodeOptions(
        prompt, promptName, Optional.of(name), truncateDim, scaling, longTexts, progress, meter);
  }

  public EncodeOptions withTruncateDim(int width) {
    return new EncodeOptions(
        prompt, promptName, task, OptionalInt.of(width), scaling, longTexts, progress, meter);
  }

  /** Vectors of length one. */
  public EncodeOptions normalized() {
    return new EncodeOptions(
        prompt, promptName, task, truncateDim, Scaling.UNIT, longTexts, progress, meter);
  }

  public EncodeOptions withLongTexts(LongTexts handling) {
    return new EncodeOptions(
        prompt, promptName, task, truncateDim, scaling, handling, progress, meter);
  }

  /** Whether who takes the vectors is told of texts that were cut. */
  public boolean reportsLongTexts() {
    return longTexts == LongTexts.REPORT;
  }

  /**
   * As {@link #withLongTexts(LongTexts)}.
   *
   * @param name {@code cut}, {@code fail} or {@code split}
   * @throws IllegalArgumentException if it is none of these
   */
  public EncodeOptions withLongTexts(String name) {
    return withLongTexts(LongTexts.named(name));
  }

  /** A listener that throws ends the call before its next batch. */
  public EncodeOptions withProgress(Progress listener) {
    return new EncodeOptions(
        prompt, promptName, task, truncateDim, scaling, longTexts, listener, meter);
  }

  public EncodeOptions withMeter(EncodeMeter counter) {
    return new EncodeOptions(
        prompt, promptName, task, truncateDim, scaling, longTexts, progress, Optional.of(counter));
  }
}

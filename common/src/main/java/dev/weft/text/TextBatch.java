// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Texts to be encoded together, with what holds for all of them. The list is not copied: nobody may
 * change it while it is being encoded.
 *
 * @param texts the texts, without the prompt; no element may be null
 * @param prompt put in front of every text, without a separator; empty for none
 * @param task the task a Router chooses its route by, such as {@code query}
 * @param longTexts what becomes of texts with more tokens than the model takes
 */
public record TextBatch(
    List<String> texts, String prompt, Optional<String> task, LongTexts longTexts) {

  /** Texts of which too long ones are cut. */
  public TextBatch(List<String> texts, String prompt, Optional<String> task) {
    this(texts, prompt, task, LongTexts.CUT);
  }

  /** Texts without a prompt or a task. */
  public static TextBatch of(List<String> texts) {
    return new TextBatch(texts, "", Optional.empty());
  }

  /** The texts with the prompt in front of each. */
  public List<String> prompted() {
    return prompt.isEmpty() ? texts : texts.stream().map(prompt::concat).toList();
  }

  /**
   * Ids of every text, none longer than the limit.
   *
   * @param tokenizer makes the ids of texts, however long
   * @throws IllegalArgumentException if texts are to be split and the prompt leaves no room
   */
  public Tokens encode(Truncation limit, Function<List<String>, Tokens> tokenizer) {
    Tokens whole = tokenizer.apply(prompted());
    return switch (longTexts) {
      case CUT, REPORT, FAIL -> whole.cut(limit);
      case SPLIT -> whole.split(limit, tokenizer.apply(List.of(prompt)));
    };
  }
}

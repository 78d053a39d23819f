// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.List;
import java.util.Optional;

/**
 * Texts to be encoded together, with what holds for all of them. The list is not copied: nobody may
 * change it while it is being encoded.
 *
 * @param texts the texts, without the prompt; no element may be null
 * @param prompt put in front of every text, without a separator; empty for none
 * @param task the task a Router chooses its route by, such as {@code query}
 */
public record TextBatch(List<String> texts, String prompt, Optional<String> task) {

  /** Texts without a prompt or a task. */
  public static TextBatch of(List<String> texts) {
    return new TextBatch(texts, "", Optional.empty());
  }

  /** The texts with the prompt in front of each. */
  public List<String> prompted() {
    return prompt.isEmpty() ? texts : texts.stream().map(prompt::concat).toList();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import java.util.Arrays;
import java.util.Locale;

/**
 * What a host does with a text that has no vector while its neighbours have theirs. What is wrong
 * with the model or the machine always ends the job.
 */
public enum OnError {
  /** Ends the job with an exception that names the text. */
  FAIL,
  /** Goes on without the vector. */
  NULL,
  /** Goes on, and says beside the vector why there is none. */
  STRUCT;

  static OnError named(String name) {
    return Arrays.stream(values())
        .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("it must be fail, null or struct"));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.pipeline.EncodeException;
import java.util.Locale;

/**
 * Why one text of a call has no vector, while others have theirs.
 *
 * @param text the text, shortened to 80 characters
 * @param cause what went wrong
 */
public record TextFailure(String text, RuntimeException cause) {
  private static final int SHOWN = 80;

  /** Not what is wrong with a text, but with the machine: no other text would fare better. */
  private static final String[] OF_THE_DEVICE = {
    "out of memory",
    "not enough memory",
    "can't allocate memory",
    "failed to allocate memory",
    "bad_alloc",
    "cuda error",
    "cudnn error",
    "cublas_status"
  };

  static TextFailure of(String text, RuntimeException cause) {
    if (text.length() <= SHOWN) {
      return new TextFailure(text, cause);
    }
    int end = Character.isHighSurrogate(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
    return new TextFailure(text.substring(0, end) + "…", cause);
  }

  /** Whether a failure says nothing about the text that happened to be there. */
  static boolean isOfTheDevice(RuntimeException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      for (String sign : OF_THE_DEVICE) {
        if (message.contains(sign)) {
          return true;
        }
      }
    }
    return false;
  }

  /** What went wrong in words, without the text. */
  public String reason() {
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }

  /** As an exception that ends the call and names the text. */
  public EncodeException exception() {
    return new EncodeException("the text \"" + text + "\" has no vector: " + reason(), cause);
  }
}

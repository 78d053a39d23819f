// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.jspecify.annotations.Nullable;

/** What an operator or a function has between {@code open} and {@code close} only. */
final class Opened {
  private Opened() {}

  /**
   * The same.
   *
   * @throws IllegalStateException before {@code open}
   */
  static <T> T of(@Nullable T opened) {
    if (opened == null) {
      throw new IllegalStateException("rows came outside open and close");
    }
    return opened;
  }
}

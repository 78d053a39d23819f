// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

/** Which end of a text is cut where it is too long: {@code truncation_side} of a tokenizer. */
public enum TruncationSide {
  LEFT,
  RIGHT
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

/** The side of a shorter row that is filled up to the width of its batch. */
public enum PaddingSide {
  LEFT,
  RIGHT
}

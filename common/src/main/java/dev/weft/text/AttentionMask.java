// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Arrays;

/**
 * Which positions of a padded (rows, width) batch count, as one span a row: {@code [from, to)}. The
 * reference keeps a 0/1 tensor; every mask it makes is a span (padding on one side, a prompt cut
 * off), and a span on the Java side tells without asking the device whether there is padding at
 * all, where a row starts and where it ends. Immutable.
 */
public final class AttentionMask {
  private final int width;
  private final int[] leftPads;
  private final int[] from;
  private final int[] to;

  private AttentionMask(int width, int[] leftPads, int[] from, int[] to) {
    this.width = width;
    this.leftPads = leftPads;
    this.from = from;
    this.to = to;
  }

  /** A mask where every position counts. */
  public static AttentionMask full(int rows, int width) {
    int[] lengths = new int[rows];
    Arrays.fill(lengths, width);
    return of(lengths, width, PaddingSide.RIGHT);
  }

  /** The mask of rows of these lengths, padded to {@code width} on one side. */
  public static AttentionMask of(int[] lengths, int width, PaddingSide side) {
    int[] from = new int[lengths.length];
    int[] to = new int[lengths.length];
    for (int row = 0; row < lengths.length; row++) {
      if (lengths[row] < 0 || lengths[row] > width) {
        throw new IllegalArgumentException(
            "row " + row + " has length " + lengths[row] + ", the batch has width " + width);
      }
      from[row] = side == PaddingSide.LEFT ? width - lengths[row] : 0;
      to[row] = from[row] + lengths[row];
    }
    return new AttentionMask(width, from.clone(), from, to);
  }

  /**
   * This mask without the first {@code length} tokens of every row (not counting left padding), as
   * pooling with {@code include_prompt=false} wants it.
   */
  public AttentionMask withoutPrompt(int length) {
    int[] start = new int[rows()];
    for (int row = 0; row < start.length; row++) {
      start[row] = Math.min(to[row], Math.max(from[row], leftPads[row] + length));
    }
    return new AttentionMask(width, leftPads, start, to);
  }

  /** Number of rows. */
  public int rows() {
    return from.length;
  }

  /** Number of positions in a row, padding included. */
  public int width() {
    return width;
  }

  /** First position of the row that counts. */
  public int from(int row) {
    return from[row];
  }

  /** One past the last position of the row that counts; equal to {@link #from} in an empty row. */
  public int to(int row) {
    return to[row];
  }

  /** How many positions on the left of the row are padding, whatever else is masked. */
  public int leftPads(int row) {
    return leftPads[row];
  }

  /** Whether any row has padding on its left. */
  public boolean hasLeftPads() {
    for (int pads : leftPads) {
      if (pads > 0) {
        return true;
      }
    }
    return false;
  }

  /** How many positions of the row count. */
  public int length(int row) {
    return to[row] - from[row];
  }

  /** Whether every position of every row counts: there is nothing to mask. */
  public boolean isFull() {
    for (int row = 0; row < from.length; row++) {
      if (from[row] != 0 || to[row] != width) {
        return false;
      }
    }
    return true;
  }

  /**
   * The mask as (rows · width) numbers, row by row: one where a position counts, zero elsewhere.
   */
  public float[] toFloats() {
    return toFloats(1f, 0f);
  }

  /** The mask as (rows · width) numbers with the given values for counting and masked positions. */
  public float[] toFloats(float counting, float masked) {
    float[] values = new float[rows() * width];
    if (masked != 0f) {
      Arrays.fill(values, masked);
    }
    for (int row = 0; row < rows(); row++) {
      Arrays.fill(values, row * width + from[row], row * width + to[row], counting);
    }
    return values;
  }
}

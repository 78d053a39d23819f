// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.List;

/**
 * Words and one vector for each, as trained outside the library: what an embedding table and the
 * vocabulary of its {@link WordTokenizer} are made of. The numbers are not copied, as there may be
 * gigabytes of them: nobody may change the array.
 */
public final class WordVectors {
  private final List<String> vocab;
  private final int dimension;
  private final float[] values;

  /**
   * Words with their vectors.
   *
   * @param vocab the words; row {@code i} belongs to word {@code i}
   * @param dimension numbers of a row
   * @param values (vocab.size() · dimension) numbers, row by row; not copied
   */
  public WordVectors(List<String> vocab, int dimension, float[] values) {
    if (values.length != (long) vocab.size() * dimension) {
      throw new IllegalArgumentException(
          values.length
              + " numbers are not "
              + vocab.size()
              + " words times dimension "
              + dimension);
    }
    this.vocab = List.copyOf(vocab);
    this.dimension = dimension;
    this.values = values;
  }

  /** The words in row order; one may stand twice. */
  public List<String> vocab() {
    return vocab;
  }

  /** Numbers of a row. */
  public int dimension() {
    return dimension;
  }

  /** (vocab.size() · dimension) numbers, row by row; the array itself, not to be changed. */
  public float[] values() {
    return values;
  }
}

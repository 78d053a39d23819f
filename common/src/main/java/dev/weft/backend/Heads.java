// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

/**
 * How attention is cut into heads.
 *
 * @param queries number of query heads h
 * @param keyValues number of key and value heads; divides h, each serves h / keyValues query heads
 *     (Ainslie et al. 2023, arXiv:2305.13245)
 * @param size width d of a head
 */
record Heads(int queries, int keyValues, int size) {

  /** As many key and value heads as query heads. */
  static Heads of(int heads, int size) {
    return new Heads(heads, heads, size);
  }

  /** Reads {@code num_attention_heads}, which must divide H. */
  static Heads parse(Config config, int hidden, int otherwise, String... keys) {
    int heads = config.positive(otherwise, keys);
    config.check(
        hidden % heads == 0,
        keys[0] + " " + heads + " does not divide the width of the hidden states " + hidden);
    return of(heads, hidden / heads);
  }

  /** Width of all queries. */
  int queryWidth() {
    return queries * size;
  }

  /** Width of all keys, and of all values. */
  int keyValueWidth() {
    return keyValues * size;
  }

  /** 1/√d, the usual factor of the scores. */
  float scale() {
    return (float) (1 / Math.sqrt(size));
  }
}

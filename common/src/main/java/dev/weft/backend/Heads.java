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

  /** As many as a key says, which must divide the width H under another key. */
  static Heads parse(Config config, String key, int otherwise, String widthKey, int hidden) {
    int heads = config.positive(otherwise, key);
    config.check(
        hidden % heads == 0,
        widthKey + " " + hidden + " is not a multiple of " + key + " " + heads);
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

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The k best of the scores it was offered, the smaller id first where two are equal: a heap with
 * the worst at its root. Mutable, for one task's thread.
 */
final class TopScores {
  private static final int FIRST_CAPACITY = 8;

  private final int k;
  private final Comparator<Object> ids;
  private float[] scores;
  private Object[] owners;
  private int size;

  TopScores(int k, Comparator<Object> ids) {
    this.k = k;
    this.ids = ids;
    this.scores = new float[Math.min(k, FIRST_CAPACITY)];
    this.owners = new Object[scores.length];
  }

  /** The least score that can still get in, given that nothing below {@code least} may. */
  float floor(float least) {
    return size < k ? least : Math.max(least, scores[0]);
  }

  void offer(Object id, float score) {
    if (size < k) {
      grow();
      scores[size] = score;
      owners[size] = id;
      up(size++);
    } else if (isWorse(scores[0], owners[0], score, id)) {
      scores[0] = score;
      owners[0] = id;
      down();
    }
  }

  int size() {
    return size;
  }

  /** In no order. */
  Object id(int index) {
    return owners[index];
  }

  float score(int index) {
    return scores[index];
  }

  private void grow() {
    if (size == scores.length) {
      int capacity = (int) Math.min(k, 2L * size);
      scores = Arrays.copyOf(scores, capacity);
      owners = Arrays.copyOf(owners, capacity);
    }
  }

  private boolean isWorse(float score, Object id, float thanScore, Object thanId) {
    return score < thanScore || (score == thanScore && ids.compare(id, thanId) > 0);
  }

  private boolean isWorse(int index, int than) {
    return isWorse(scores[index], owners[index], scores[than], owners[than]);
  }

  private void up(int start) {
    int index = start;
    while (index > 0 && isWorse(index, (index - 1) / 2)) {
      swap(index, (index - 1) / 2);
      index = (index - 1) / 2;
    }
  }

  private void down() {
    int index = 0;
    while (2 * index + 1 < size) {
      int child = 2 * index + 1;
      if (child + 1 < size && isWorse(child + 1, child)) {
        child++;
      }
      if (!isWorse(child, index)) {
        return;
      }
      swap(index, child);
      index = child;
    }
  }

  private void swap(int a, int b) {
    float score = scores[a];
    scores[a] = scores[b];
    scores[b] = score;
    Object owner = owners[a];
    owners[a] = owners[b];
    owners[b] = owner;
  }
}

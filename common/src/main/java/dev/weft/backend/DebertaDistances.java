// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * DeBERTa's buckets of distances (He et al. 2021, arXiv:2111.09543): with {@code position_buckets},
 * the nearer half of them holds one distance each and the others widen logarithmically up to the
 * maximum; without, every distance up to the maximum has its own.
 */
final class DebertaDistances {
  private final int span;
  private final int[] bucketOfDistance;
  private final ScriptFunction square;

  /**
   * Buckets 0 to 2·span.
   *
   * @param buckets {@code position_buckets}; zero or less for none
   * @param maxDistance {@code max_relative_positions}
   */
  DebertaDistances(int buckets, int maxDistance, NDManager device, Scripts scripts) {
    this.span = buckets > 0 ? buckets : maxDistance;
    this.bucketOfDistance = buckets(buckets / 2, maxDistance, device);
    this.square = Distances.square(scripts);
  }

  /** How many buckets there are in each direction. */
  int span() {
    return span;
  }

  /**
   * The bucket of each distance up to the maximum, from where on all are the same. Computed by the
   * engine in float32: where a logarithm is near a whole number, its last digit decides.
   */
  private static int[] buckets(int exact, int maxDistance, NDManager device) {
    int[] buckets = new int[maxDistance + 1];
    for (int distance = 0; distance < buckets.length; distance++) {
      buckets[distance] = distance;
    }
    if (exact <= 0) {
      return buckets;
    }
    try (NDArray distances = device.arange(0f, maxDistance + 1);
        NDArray ratio = distances.divi(exact);
        NDArray log = ratio.log();
        NDArray largest = device.create((float) ((maxDistance - 1.0) / exact));
        NDArray largestLog = largest.log();
        NDArray steps = log.divi(largestLog).muli(exact - 1);
        NDArray whole = steps.ceil()) {
      float[] widening = whole.toFloatArray();
      for (int distance = exact + 1; distance < buckets.length; distance++) {
        buckets[distance] = exact + (int) widening[distance];
      }
    }
    return buckets;
  }

  /** The buckets of a batch, (1, 1, T, T), and what hides its padding, (B or 1, 1, 1, T). */
  Relations relations(AttentionMask mask, NDManager batch) {
    int width = mask.width();
    long[] buckets = new long[2 * width - 1];
    for (int i = 0; i < buckets.length; i++) {
      int behind = width - 1 - i;
      int bucket = bucketOfDistance[Math.min(Math.abs(behind), bucketOfDistance.length - 1)];
      int signed = behind < 0 ? -bucket : bucket;
      buckets[i] = Math.max(0, Math.min(2 * span - 1, signed + span));
    }
    NDArray bias =
        Visibility.padding(mask, batch).orElseGet(() -> batch.zeros(new Shape(1, 1, 1, width)));
    try (NDArray column = batch.create(buckets, new Shape(buckets.length, 1))) {
      return Relations.biased(Optional.of(bias)).with(square.call(column));
    }
  }
}

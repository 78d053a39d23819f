// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;
import java.util.Optional;

/**
 * T5's relative positions (Raffel et al. 2019, arXiv:1910.10683), which MPNet shares: a learned
 * number for each head and each bucket of distances is added to the scores. Half of the buckets are
 * for tokens ahead; in each half, the nearer half of the distances has a bucket each, and the
 * others share buckets that widen logarithmically up to the maximum distance.
 */
final class RelativeBuckets {
  private final Table biases;
  private final int[] bucketOfDistance;
  private final int half;
  private final ScriptFunction square;

  /**
   * Shared by all layers.
   *
   * @param biases (buckets, heads)
   * @param maxDistance from here on all distances share the last bucket
   */
  RelativeBuckets(Table biases, int maxDistance, Scripts scripts) {
    this.biases = biases;
    this.half = (int) biases.rows().getShape().get(0) / 2;
    this.bucketOfDistance = buckets(half, maxDistance, biases.rows().getManager());
    this.square = Distances.square(scripts);
  }

  /**
   * The bucket of each distance to a token behind, up to the maximum. Computed by the engine in
   * float32: where a logarithm is near a whole number, its last digit decides about the bucket.
   */
  private static int[] buckets(int half, int maxDistance, NDManager device) {
    int exact = half / 2;
    int[] buckets = new int[maxDistance + 1];
    try (NDArray distances = device.arange(0f, maxDistance + 1);
        NDArray ratio = distances.divi(exact);
        NDArray log = ratio.log();
        NDArray steps =
            log.divi((float) Math.log((double) maxDistance / exact)).muli(half - exact);
        NDArray whole = steps.floor()) {
      float[] widening = whole.toFloatArray();
      for (int distance = 0; distance < buckets.length; distance++) {
        buckets[distance] =
            distance < exact ? distance : Math.min(half - 1, exact + (int) widening[distance]);
      }
    }
    return buckets;
  }

  /** The biases of a batch with its padding hidden, (1 or B, heads, T, T). */
  Relations relations(AttentionMask mask, NDManager batch) {
    int width = mask.width();
    long[] buckets = new long[2 * width - 1];
    for (int i = 0; i < buckets.length; i++) {
      int ahead = i - (width - 1);
      int bucket = bucketOfDistance[Math.min(Math.abs(ahead), bucketOfDistance.length - 1)];
      buckets[i] = ahead > 0 ? half + bucket : bucket;
    }
    try (NDArray ids = batch.create(buckets, new Shape(buckets.length));
        NDArray byDistance = biases.find(ids)) {
      NDArray bias = square.call(byDistance);
      Optional<NDArray> padding = Visibility.padding(mask, batch);
      if (padding.isEmpty()) {
        return Relations.biased(Optional.of(bias));
      }
      try (bias;
          NDArray pads = padding.get()) {
        return Relations.biased(Optional.of(bias.add(pads)));
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

/**
 * How alike two vectors are: the larger, the more. The reference's {@code SimilarityFunction}.
 *
 * <p>Scores are sums of floats in the order of the components, so they depend on the two vectors
 * alone, not on how the rows are spread over partitions.
 */
public enum SimilarityMetric {
  /** The dot product of the vectors scaled to length one; a vector of zeros has no score. */
  COSINE {
    @Override
    boolean prepare(float[] vector) {
      double squares = 0;
      for (float x : vector) {
        squares += (double) x * x;
      }
      double length = Math.sqrt(squares);
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (vector[i] / length);
      }
      return length > 0;
    }

    @Override
    void scores(float[][] rows, int from, int to, VectorTile tile, float[][] scores) {
      TileProduct.dots(rows, from, to, tile, scores);
    }
  },

  /** Σ aᵢbᵢ. */
  DOT {
    @Override
    boolean prepare(float[] vector) {
      return true;
    }

    @Override
    void scores(float[][] rows, int from, int to, VectorTile tile, float[][] scores) {
      TileProduct.dots(rows, from, to, tile, scores);
    }
  },

  /** The negative Euclidean distance. */
  EUCLIDEAN {
    @Override
    boolean prepare(float[] vector) {
      return true;
    }

    @Override
    void scores(float[][] rows, int from, int to, VectorTile tile, float[][] scores) {
      TileProduct.squaredDistances(rows, from, to, tile, scores);
      for (float[] row : scores) {
        for (int i = 0; i < tile.size(); i++) {
          row[i] = 0 - (float) Math.sqrt(row[i]);
        }
      }
    }
  };

  /** Brings a vector into the form the scores are made from; false if it has no score. */
  abstract boolean prepare(float[] vector);

  /** The scores of some rows, up to as many as {@code scores} has, with every row of the tile. */
  abstract void scores(float[][] rows, int from, int to, VectorTile tile, float[][] scores);
}

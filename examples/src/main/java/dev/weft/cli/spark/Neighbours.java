// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.spark;

import dev.weft.Vectors;
import java.util.List;

/** For every vector of a set the most similar other one, by cosine, comparing all with all. */
final class Neighbours {
  private final int[] nearest;
  private final double[] similarity;

  private Neighbours(int size) {
    this.nearest = new int[size];
    this.similarity = new double[size];
  }

  static Neighbours of(List<float[]> vectors) {
    Neighbours neighbours = new Neighbours(vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      neighbours.similarity[i] = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < vectors.size(); j++) {
        double cosine =
            j == i ? Double.NEGATIVE_INFINITY : Vectors.cosine(vectors.get(i), vectors.get(j));
        if (cosine > neighbours.similarity[i]) {
          neighbours.similarity[i] = cosine;
          neighbours.nearest[i] = j;
        }
      }
    }
    return neighbours;
  }

  int nearest(int index) {
    return nearest[index];
  }

  double similarity(int index) {
    return similarity[index];
  }
}

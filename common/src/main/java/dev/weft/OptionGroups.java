// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts that ask for different things in one call, sorted out: those that ask for the same make one
 * call of the model. Groups stand in the order of their first text.
 */
final class OptionGroups {
  private OptionGroups() {}

  /** The positions of the texts of each kind. */
  static Map<EncodeOptions, int[]> of(List<EncodeOptions> options) {
    Map<EncodeOptions, Integer> kinds = new LinkedHashMap<>();
    int[] kindOf = new int[options.size()];
    int[] sizes = new int[options.size()];
    for (int i = 0; i < kindOf.length; i++) {
      boolean asBefore = i > 0 && options.get(i).equals(options.get(i - 1));
      kindOf[i] =
          asBefore ? kindOf[i - 1] : kinds.computeIfAbsent(options.get(i), kind -> kinds.size());
      sizes[kindOf[i]]++;
    }
    Map<EncodeOptions, int[]> positions = new LinkedHashMap<>();
    kinds.forEach((kind, number) -> positions.put(kind, positions(kindOf, number, sizes[number])));
    return positions;
  }

  private static int[] positions(int[] kindOf, int kind, int size) {
    int[] positions = new int[size];
    int next = 0;
    for (int i = 0; i < kindOf.length; i++) {
      if (kindOf[i] == kind) {
        positions[next++] = i;
      }
    }
    return positions;
  }
}

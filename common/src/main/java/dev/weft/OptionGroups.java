// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.util.ArrayList;
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
    Map<EncodeOptions, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < options.size(); i++) {
      groups.computeIfAbsent(options.get(i), key -> new ArrayList<>()).add(i);
    }
    Map<EncodeOptions, int[]> positions = new LinkedHashMap<>();
    groups.forEach(
        (key, list) -> positions.put(key, list.stream().mapToInt(Integer::intValue).toArray()));
    return positions;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Strings of ASCII characters with a number each, walked character by character. All edges are in
 * one hash table, so a step is one look-up and nothing is allocated. Immutable.
 */
final class AsciiTrie {
  static final int ROOT = 0;
  static final int NONE = -1;

  private static final int FREE = -1;

  /** The table is at most half full. */
  private static final int ROOM = 2;

  /** {@code node * 128 + character} of each edge, and the node it leads to. */
  private final int[] edges;

  private final int[] targets;
  private final int[] values;
  private final int shift;
  private int nodes = 1;

  /** Leaves out what is not ASCII. Values must not be negative. */
  AsciiTrie(Map<String, Integer> strings) {
    SortedMap<String, Integer> sorted = new TreeMap<>();
    strings.forEach(
        (string, value) -> {
          if (string.chars().allMatch(c -> c < 128)) {
            sorted.put(string, value);
          }
        });
    int count = edges(sorted);
    int slots = Math.max(2, Integer.highestOneBit(Math.max(1, ROOM * count)) * 2);
    shift = Integer.numberOfLeadingZeros(slots) + 1;
    edges = new int[slots];
    targets = new int[slots];
    values = new int[count + 1];
    Arrays.fill(edges, FREE);
    Arrays.fill(values, NONE);
    sorted.forEach(this::put);
  }

  /** In order, a string adds an edge for every character after what it shares with the last one. */
  private static int edges(SortedMap<String, Integer> sorted) {
    int count = 0;
    String last = "";
    for (String string : sorted.keySet()) {
      int shared = 0;
      while (shared < Math.min(last.length(), string.length())
          && last.charAt(shared) == string.charAt(shared)) {
        shared++;
      }
      count = Math.addExact(count, string.length() - shared);
      last = string;
    }
    return count;
  }

  private void put(String string, int value) {
    int node = ROOT;
    for (int i = 0; i < string.length(); i++) {
      int slot = slot(node, string.charAt(i));
      if (edges[slot] == FREE) {
        edges[slot] = edge(node, string.charAt(i));
        targets[slot] = nodes++;
      }
      node = targets[slot];
    }
    values[node] = value;
  }

  private static int edge(int node, int character) {
    return (node << 7) | character;
  }

  /** Where the edge is, or the free place where it would be. */
  private int slot(int node, int character) {
    int edge = edge(node, character);
    int slot = (edge * 0x9E3779B9) >>> shift;
    while (edges[slot] != edge && edges[slot] != FREE) {
      slot = (slot + 1) & (edges.length - 1);
    }
    return slot;
  }

  /** The node a character leads to, or {@link #NONE}. */
  int next(int node, int character) {
    int slot = slot(node, character);
    return edges[slot] == FREE ? NONE : targets[slot];
  }

  /** The value of the string that ends here, or {@link #NONE}. */
  int value(int node) {
    return values[node];
  }

  /** The node at the end of a string, or {@link #NONE}. */
  int find(String string) {
    int node = ROOT;
    for (int i = 0; i < string.length() && node != NONE; i++) {
      node = next(node, string.charAt(i));
    }
    return node;
  }
}

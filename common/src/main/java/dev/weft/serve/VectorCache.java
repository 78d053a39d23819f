// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeOptions;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Vectors of texts that were asked for lately, the longest unused thrown out first. Bounded by
 * bytes, counted as two a character, four a component and a fixed part. Thread-safe; vectors are
 * copied both ways.
 */
final class VectorCache {
  /** Map entry, key, and the headers of three objects. */
  private static final int ENTRY_BYTES = 160;

  private final Map<Key, float[]> vectors = new LinkedHashMap<>(16, 0.75f, true);
  private long capacity;
  private long bytes;
  private long hits;
  private long misses;

  private record Key(String text, EncodeOptions options) {
    long bytes(float[] vector) {
      return ENTRY_BYTES + 2L * text.length() + 4L * vector.length;
    }
  }

  /** Never takes room away, as another caller may have asked for more. */
  synchronized void growTo(long capacity) {
    this.capacity = Math.max(this.capacity, capacity);
  }

  synchronized Optional<float[]> find(String text, EncodeOptions options) {
    if (capacity == 0) {
      return Optional.empty();
    }
    float[] vector = vectors.get(new Key(text, options));
    if (vector == null) {
      misses++;
      return Optional.empty();
    }
    hits++;
    return Optional.of(vector.clone());
  }

  synchronized void put(String text, EncodeOptions options, float[] vector) {
    Key key = new Key(text, options);
    long size = key.bytes(vector);
    if (size > capacity) {
      return;
    }
    float[] replaced = vectors.put(key, vector.clone());
    bytes += replaced == null ? size : size - key.bytes(replaced);
    Iterator<Map.Entry<Key, float[]>> eldest = vectors.entrySet().iterator();
    while (bytes > capacity) {
      Map.Entry<Key, float[]> entry = eldest.next();
      bytes -= entry.getKey().bytes(entry.getValue());
      eldest.remove();
    }
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized long hits() {
    return hits;
  }

  synchronized long misses() {
    return misses;
  }
}

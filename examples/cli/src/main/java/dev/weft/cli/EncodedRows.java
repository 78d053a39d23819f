// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;

/** Rows with their vectors, encoded a window at a time when the first of it is asked for. */
final class EncodedRows implements Iterator<EmbeddedRow> {
  private static final int WINDOW = 4096;

  private final Iterator<TextRow> rows;
  private final Function<List<String>, float[][]> encoder;
  private final Queue<EmbeddedRow> encoded = new ArrayDeque<>();

  EncodedRows(Iterator<TextRow> rows, Function<List<String>, float[][]> encoder) {
    this.rows = rows;
    this.encoder = encoder;
  }

  @Override
  public boolean hasNext() {
    return !encoded.isEmpty() || rows.hasNext();
  }

  @Override
  public EmbeddedRow next() {
    if (encoded.isEmpty()) {
      encode();
    }
    return encoded.remove();
  }

  private void encode() {
    List<TextRow> window = new ArrayList<>();
    while (rows.hasNext() && window.size() < WINDOW) {
      window.add(rows.next());
    }
    List<String> texts = window.stream().map(TextRow::text).flatMap(Optional::stream).toList();
    float[][] vectors = encoder.apply(texts);
    int next = 0;
    for (TextRow row : window) {
      Optional<float[]> vector =
          row.text().isPresent() ? Optional.of(vectors[next++]) : Optional.empty();
      encoded.add(new EmbeddedRow(row.columns(), vector));
    }
  }
}

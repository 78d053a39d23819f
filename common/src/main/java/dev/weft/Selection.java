// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import java.nio.FloatBuffer;
import java.util.AbstractList;
import java.util.List;

/** Some of the texts of a call, as a list of their own that knows where they stood. */
final class Selection extends AbstractList<String> {
  private final List<String> texts;
  private final int[] positions;

  Selection(List<String> texts, int[] positions) {
    this.texts = texts;
    this.positions = positions;
  }

  int position(int index) {
    return positions[index];
  }

  @Override
  public String get(int index) {
    return texts.get(positions[index]);
  }

  @Override
  public int size() {
    return positions.length;
  }

  /** A sink for a call with this list, which hands on where the texts stood. */
  VectorSink inPlace(VectorSink sink) {
    return new VectorSink() {
      @Override
      public void accept(int[] rows, int dimension, FloatBuffer values) {
        int[] places = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
          places[i] = positions[rows[i]];
        }
        sink.accept(places, dimension, values);
      }

      @Override
      public void cut(int row, String notice) {
        sink.cut(positions[row], notice);
      }

      @Override
      public void failed(int row, TextFailure failure) {
        sink.failed(positions[row], failure);
      }
    };
  }
}

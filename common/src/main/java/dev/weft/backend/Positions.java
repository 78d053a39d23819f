// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.text.AttentionMask;

/** Learned positions, added to the vectors of words. */
interface Positions {
  /** How many of its rows tokens can use. */
  int size();

  /** Adds to {@code rows} (B, T, H), in place. */
  NDArray addTo(NDArray rows, NDArray inputIds, AttentionMask mask);

  /**
   * BERT's: 0, 1, 2, … from the first token of a row. (The reference counts from the start of the
   * padded row, so that left padding there changes a text's vector.)
   */
  record Counted(Table table) implements Positions {
    @Override
    public int size() {
      return (int) table.rows().getShape().get(0);
    }

    @Override
    public NDArray addTo(NDArray rows, NDArray inputIds, AttentionMask mask) {
      if (mask.hasLeftPads()) {
        try (NDArray places = places(inputIds, mask);
            NDArray found = table.find(places)) {
          return rows.addi(found);
        }
      }
      try (NDArray found = table.rows().get("0:" + mask.width())) {
        return rows.addi(found);
      }
    }

    private static NDArray places(NDArray inputIds, AttentionMask mask) {
      int width = mask.width();
      long[] places = new long[mask.rows() * width];
      for (int row = 0; row < mask.rows(); row++) {
        for (int i = mask.leftPads(row); i < width; i++) {
          places[row * width + i] = (long) i - mask.leftPads(row);
        }
      }
      return inputIds.getManager().create(places, new Shape(mask.rows(), width));
    }
  }

  /**
   * RoBERTa's: tokens other than the padding token count from {@code paddingIndex + 1}, and padding
   * tokens stand at {@code paddingIndex}, even one that a text spells out.
   */
  record FromPadding(Table table, int paddingIndex) implements Positions {

    /** With the {@code pad_token_id} of the configuration. */
    static FromPadding parse(Config config, Table table) {
      int id = config.json().findInteger("pad_token_id").orElse(1);
      config.check(id >= 0, "pad_token_id must not be negative, but is " + id);
      return of(config, table, id);
    }

    static FromPadding of(Config config, Table table, int paddingIndex) {
      FromPadding positions = new FromPadding(table, paddingIndex);
      config.check(
          positions.size() > 0,
          "max_position_embeddings must be more than padding index "
              + paddingIndex
              + " + 1, as positions are counted from there");
      return positions;
    }

    @Override
    public int size() {
      return (int) table.rows().getShape().get(0) - paddingIndex - 1;
    }

    @Override
    public NDArray addTo(NDArray rows, NDArray inputIds, AttentionMask mask) {
      try (NDArray counting = counting(inputIds, mask);
          NDArray count = counting.cumSum(1);
          NDArray places = count.muli(counting).addi(paddingIndex);
          NDArray found = table.find(places)) {
        return rows.addi(found);
      }
    }

    /** One at each token that counts, zero elsewhere, whatever id fills the left of a row. */
    private NDArray counting(NDArray inputIds, AttentionMask mask) {
      try (NDArray differs = inputIds.neq(paddingIndex)) {
        NDArray counting = differs.toType(DataType.INT64, true);
        if (!mask.hasLeftPads()) {
          return counting;
        }
        Shape shape = new Shape(mask.rows(), mask.width());
        try (NDArray floats = inputIds.getManager().create(mask.toFloats(), shape);
            NDArray tokens = floats.toType(DataType.INT64, true)) {
          return counting.muli(tokens);
        }
      }
    }
  }
}

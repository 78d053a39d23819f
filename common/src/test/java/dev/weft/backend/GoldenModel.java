// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.weft.config.Dtype;
import dev.weft.config.Json;
import dev.weft.config.Weights;
import dev.weft.store.TensorsOfFile;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A tiny model of the reference with all hidden states of some rows, by tools/golden/backend.py.
 */
record GoldenModel(String name, JsonObject config, int[][] ids) {
  private static final Path ROOT = Path.of("src/test/resources/golden");

  static GoldenModel read(String name) {
    try {
      String text = Files.readString(ROOT.resolve(name + ".json"));
      GoldenModel model = new Gson().fromJson(text, GoldenModel.class);
      return new GoldenModel(name, model.config(), model.ids());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<GoldenModel> all(String folder) {
    try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".json"))
          .map(file -> folder + "/" + file.substring(0, file.length() - 5))
          .sorted()
          .toList()
          .stream()
          .map(GoldenModel::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Json json() {
    return Json.parse("config.json", config.toString());
  }

  Encoder load(NDManager device) {
    return load(device, Dtype.FLOAT32);
  }

  Encoder load(NDManager device, Dtype dtype) {
    return Encoders.load(json(), weights(device), dtype);
  }

  Weights weights(NDManager device) {
    return TensorsOfFile.open(ROOT.resolve(name + ".safetensors"), device);
  }

  /** The reference's states, [layer][token of all rows · H]. */
  float[][] expected(NDManager device) {
    Weights all = weights(device);
    NDArray states = all.tensor("expected", all.stored().get("expected").shape());
    return states.split(states.getShape().get(0), 0).stream()
        .map(NDArray::toFloatArray)
        .toArray(float[][]::new);
  }

  /** The mask of these rows as one batch. */
  static AttentionMask mask(int[][] rows, PaddingSide side) {
    int[] lengths = Arrays.stream(rows).mapToInt(row -> row.length).toArray();
    return AttentionMask.of(lengths, Arrays.stream(lengths).max().orElseThrow(), side);
  }

  /** The rows under a mask, with another token where it does not count. */
  static NDArray batch(int[][] rows, AttentionMask mask, int filler, NDManager manager) {
    long[] ids = new long[mask.rows() * mask.width()];
    Arrays.fill(ids, filler);
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < rows[row].length; i++) {
        ids[row * mask.width() + mask.from(row) + i] = rows[row][i];
      }
    }
    return manager.create(ids, new Shape(mask.rows(), mask.width()));
  }

  /** The numbers at the positions that count, row after row. */
  static float[] counting(NDArray states, AttentionMask mask) {
    int hidden = (int) states.getShape().get(2);
    float[] all = states.toFloatArray();
    int tokens = 0;
    float[] counting = new float[all.length];
    for (int row = 0; row < mask.rows(); row++) {
      int from = (row * mask.width() + mask.from(row)) * hidden;
      System.arraycopy(all, from, counting, tokens * hidden, mask.length(row) * hidden);
      tokens += mask.length(row);
    }
    return Arrays.copyOf(counting, tokens * hidden);
  }

  @Override
  public String toString() {
    return name;
  }
}

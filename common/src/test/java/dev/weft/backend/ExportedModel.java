// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import dev.weft.config.Dtype;
import dev.weft.config.Json;
import dev.weft.store.TensorsOfFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tiny exported model with ragged rows and what torch answers, by tools/golden/graphs.py. */
record ExportedModel(Path folder, Json config, int[][] ids, float[][] states) {
  private static final Path ROOT = Path.of("src/test/resources/golden/graph");

  private record Expected(int[][] ids, float[][] states) {}

  static ExportedModel read(String name) {
    Path folder = ROOT.resolve(name);
    try {
      Expected expected =
          new Gson().fromJson(Files.readString(folder.resolve("expected.json")), Expected.class);
      Json config = Json.parse("config.json", Files.readString(folder.resolve("config.json")));
      return new ExportedModel(folder, config, expected.ids(), expected.states());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** The same weights in Weft's own architecture. */
  Encoder torch(NDManager device) {
    return Encoders.load(
        config, TensorsOfFile.open(file("model.safetensors"), device), Dtype.FLOAT32);
  }
}

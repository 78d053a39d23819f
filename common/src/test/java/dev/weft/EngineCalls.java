// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How often each operator of torch is called, as its own profiler counts them. It counts what one
 * thread does, so the model must have one worker; that one starts and stops it between batches.
 */
final class EngineCalls {
  private EngineCalls() {}

  /** Calls of all batches but the first, which is the longest texts'. */
  static Map<String, Integer> of(Embedder embedder, List<String> texts) {
    Path trace = trace();
    AtomicBoolean started = new AtomicBoolean();
    Progress bracket =
        (done, total) -> {
          if (started.compareAndSet(false, true)) {
            JniUtils.startProfile(false, false, false);
          } else if (done == total) {
            JniUtils.stopProfile(trace.toString());
          }
        };
    embedder.encode(texts, EncodeOptions.DEFAULT.withProgress(bracket));
    return read(trace);
  }

  private static Path trace() {
    try {
      return Files.createTempFile("weft-calls", ".json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Integer> read(Path trace) {
    try {
      JsonElement root = JsonParser.parseString(Files.readString(trace));
      Files.delete(trace);
      Map<String, Integer> calls = new TreeMap<>();
      for (JsonElement element : root.getAsJsonArray()) {
        JsonObject event = element.getAsJsonObject();
        if (event.get("ph").getAsString().equals("X")) {
          calls.merge(event.get("name").getAsString(), 1, Integer::sum);
        }
      }
      return calls;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

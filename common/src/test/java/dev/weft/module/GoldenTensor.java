// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import dev.weft.config.TensorData;
import dev.weft.pipeline.ModuleSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A tensor that the reference saves of a module, and what ours saves compared with it. */
record GoldenTensor(long[] shape, float[] values) {

  static Map<String, NDArray> arrays(Map<String, GoldenTensor> tensors, NDManager manager) {
    Map<String, NDArray> arrays = new HashMap<>();
    tensors.forEach(
        (name, t) -> arrays.put(name, manager.create(t.values(), new Shape(t.shape()))));
    return arrays;
  }

  static String json(Map<String, Object> config) {
    return new Gson().toJson(config);
  }

  /** The configuration with the name its dimension had before 5.4. */
  static Map<String, Object> old(Map<String, Object> config) {
    Map<String, Object> renamed = new LinkedHashMap<>();
    config.forEach((k, v) -> renamed.put(k.replace("embedding_dim", "word_embedding_dim"), v));
    return renamed;
  }

  /** A saved folder holds this configuration, with the keys' old names, and these tensors. */
  static void assertSaved(
      ModuleSpec spec, String file, Map<String, Object> config, Map<String, GoldenTensor> tensors) {
    assertThat(spec.texts().keySet()).containsExactly(file);
    assertThat((Object) new Gson().fromJson(spec.texts().get(file), Map.class))
        .isEqualTo(old(config));
    assertThat(spec.tensors().keySet()).isEqualTo(tensors.keySet());
    tensors.forEach(
        (name, expected) -> {
          TensorData saved = spec.tensors().get(name);
          assertThat(saved.dtype()).isEqualTo("F32");
          assertThat(saved.shape()).as(name).isEqualTo(expected.shape());
          assertThat(floats(saved)).as(name).isEqualTo(expected.values());
        });
  }

  static float[] floats(TensorData saved) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      saved.writeTo(Channels.newChannel(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[buffer.remaining() / Float.BYTES];
    buffer.asFloatBuffer().get(floats);
    return floats;
  }
}

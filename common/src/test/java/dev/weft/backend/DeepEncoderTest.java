// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.Dtype;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.text.AttentionMask;
import dev.weft.text.PaddingSide;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Differences do not add up over 12 layers of 256, with weights both sides compute. */
class DeepEncoderTest {
  static Stream<GoldenModel> models() {
    return GoldenModel.all("deep");
  }

  @ParameterizedTest
  @MethodSource("models")
  void lastLayerIsTheReferences(GoldenModel model) {
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = Encoders.load(model.json(), new Computed(device), Dtype.FLOAT32)) {
      float[] expected = model.expected(device)[0];
      for (PaddingSide side : PaddingSide.values()) {
        AttentionMask mask = GoldenModel.mask(model.ids(), side);
        NDArray ids = GoldenModel.batch(model.ids(), mask, 0, device);
        NDArray last = encoder.forward(ids, mask, HiddenLayers.LAST).get(0);
        Golden.assertClose(GoldenModel.counting(last, mask), expected, 1e-4, "%s", side);
      }
    }
  }

  /** Weights by the formula of tools/golden/deep.py. */
  private record Computed(NDManager manager) implements Weights {
    @Override
    public Device device() {
      return manager.getDevice();
    }

    @Override
    public Set<String> names() {
      return Set.of();
    }

    @Override
    public long[] shape(String name) {
      throw new IllegalStateException(name);
    }

    @Override
    public Map<String, TensorData> stored() {
      return Map.of();
    }

    @Override
    public NDArray tensor(String name, long... dimensions) {
      Shape shape = new Shape(dimensions);
      float[] values = new float[(int) shape.size()];
      CRC32 seed = new CRC32();
      seed.update(name.getBytes(StandardCharsets.UTF_8));
      boolean flat = dimensions.length == 1;
      double offset = flat && name.endsWith("weight") ? 1 : 0;
      double scale = flat ? 0.2 : name.contains("embed") ? 1 : 3.4 / Math.sqrt(shape.get(1));
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (offset + scale * noise(seed.getValue(), i));
      }
      return manager.create(values, shape);
    }

    /** From −0.5 to 0.5. */
    private static double noise(long seed, long index) {
      long z = ((seed << 32) + index) * 0x9E3779B97F4A7C15L;
      z ^= z >>> 32;
      z *= 0xD6E8FEB86659FD93L;
      z ^= z >>> 32;
      return (z >>> 40) / (double) (1 << 24) - 0.5;
    }
  }
}

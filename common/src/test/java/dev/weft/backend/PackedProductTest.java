// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.TestEngine;
import dev.weft.config.Dtype;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of each kind against sums in double precision. */
class PackedProductTest {
  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
  void theEngineHasIt() {
    try (NDManager engine = TestEngine.cpu();
        Scripts scripts = new Scripts(engine.getDevice(), Dtype.FLOAT32)) {
      assertThat(scripts.product()).isInstanceOf(PackedProduct.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "2, 3, 5, 7",
    "1, 1, 48, 16",
    "3, 17, 33, 64",
    "40, 13, 24, 31",
    "1, 601, 64, 9"
  })
  void isTheSumOfProducts(int rows, int width, int in, int out) {
    try (NDManager manager = TestEngine.cpu();
        Scripts scripts = new Scripts(Device.cpu(), Dtype.FLOAT32)) {
      Random random = new Random(31L * in + out);
      float[] x = numbers(random, rows * width * in);
      float[] w = numbers(random, out * in);
      float[] b = numbers(random, out);
      NDArray input = manager.create(x, new Shape(rows, width, in));
      for (Product product : new Product[] {Product.FLOAT32, PackedProduct.orPlain(scripts)}) {
        NDArray weight = product.weight(manager.create(w, new Shape(out, in)));
        Optional<NDArray> bias = product.bias(Optional.of(manager.create(b)), manager);
        NDArray biased = product.apply(input, weight, bias);
        assertThat(biased.getShape()).isEqualTo(new Shape(rows, width, out));
        assertClose(biased.toFloatArray(), x, w, b);
        NDArray plain = product.apply(input, weight, product.bias(Optional.empty(), manager));
        assertClose(plain.toFloatArray(), x, w, new float[out]);
      }
    }
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static void assertClose(float[] actual, float[] x, float[] w, float[] b) {
    int out = b.length;
    int in = w.length / out;
    for (int i = 0; i < actual.length; i++) {
      double expected = b[i % out];
      for (int j = 0; j < in; j++) {
        expected += (double) x[i / out * in + j] * w[i % out * in + j];
      }
      assertThat((double) actual[i]).as("number %d", i).isCloseTo(expected, within(1e-4));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.weft.config.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenActTest {
  /** Values of transformers 5.24 at -3, -0.5, 0, 0.7 and 2. */
  @ParameterizedTest
  @CsvSource({
    "gelu, -0.004050225, -0.15426877, 0, 0.53062546, 1.9544997",
    "gelu_python, -0.0040496886, -0.15426877, 0, 0.53062546, 1.9544997",
    "gelu_new, -0.0036374331, -0.154286, 0, 0.53057015, 1.9545977",
    "gelu_pytorch_tanh, -0.0036374331, -0.154286, 0, 0.53057015, 1.9545977",
    "gelu_fast, -0.0036374331, -0.154286, 0, 0.53057015, 1.9545977",
    "gelu_python_tanh, -0.0036374331, -0.154286, 0, 0.53057015, 1.9545977",
    "quick_gelu, -0.018071311, -0.14961156, 0, 0.53689396, 1.9356586",
    "relu, 0, 0, 0, 0.69999999, 2",
    "tanh, -0.99505478, -0.46211717, 0, 0.60436779, 0.96402758",
    "silu, -0.14227761, -0.18877034, 0, 0.46773142, 1.7615941",
    "swish, -0.14227761, -0.18877034, 0, 0.46773142, 1.7615941"
  })
  void isTheFunctionOfItsName(String name, float a, float b, float c, float d, float e) {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      float[] found =
          HiddenAct.of("config.json", "hidden_act", name)
              .apply(manager.create(new float[] {-3, -0.5f, 0, 0.7f, 2}))
              .toFloatArray();

      assertThat(found).containsExactly(new float[] {a, b, c, d, e}, within(1e-6f));
    }
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> HiddenAct.of("x/config.json", "hidden_act", "mish2"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("x/config.json: hidden_act \"mish2\" is not known; known: [gelu, ");
  }
}

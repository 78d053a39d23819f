// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import dev.weft.config.ModelException;
import java.util.Arrays;
import java.util.List;

/** The activations Hugging Face configurations name under {@code hidden_act}. */
@SuppressWarnings("ImmutableEnumChecker") // the list of names is List.of
enum HiddenAct {
  /** x · Φ(x), exactly. */
  GELU("gelu", "gelu_python") {
    @Override
    NDArray apply(NDArray x) {
      return Activation.gelu(x);
    }
  },
  /** The tanh approximation of GELU, 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
  GELU_NEW("gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh") {
    @Override
    NDArray apply(NDArray x) {
      try (NDArray cube = x.pow(3).muli(0.044715f)) {
        NDArray tanh = cube.addi(x).muli((float) Math.sqrt(2 / Math.PI)).tanh();
        return tanh.addi(1).muli(x).muli(0.5f);
      }
    }
  },
  /** x · σ(1.702·x). */
  QUICK_GELU("quick_gelu") {
    @Override
    NDArray apply(NDArray x) {
      try (NDArray scaled = x.mul(1.702f)) {
        return Activation.sigmoid(scaled).muli(x);
      }
    }
  },
  RELU("relu") {
    @Override
    NDArray apply(NDArray x) {
      return Activation.relu(x);
    }
  },
  TANH("tanh") {
    @Override
    NDArray apply(NDArray x) {
      return x.tanh();
    }
  },
  /** x · σ(x). */
  SILU("silu", "swish") {
    @Override
    NDArray apply(NDArray x) {
      return Activation.sigmoid(x).muli(x);
    }
  };

  private final List<String> names;

  HiddenAct(String... names) {
    this.names = List.of(names);
  }

  abstract NDArray apply(NDArray x);

  /** The activation of this name, found under a key of a file. */
  static HiddenAct of(String file, String key, String name) {
    return Arrays.stream(values())
        .filter(act -> act.names.contains(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    file
                        + ": "
                        + key
                        + " \""
                        + name
                        + "\" is not known; known: "
                        + Arrays.stream(values()).flatMap(act -> act.names.stream()).toList()));
  }
}

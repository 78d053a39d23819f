// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DenseTest {
  private static final int ROWS = 3;
  private static final int IN = 5;

  private final Random random = new Random(17);
  private final float[][] x = matrix(ROWS, IN);
  private NDManager batch;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    batch.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void multipliesAddsTheBiasAndActivates(boolean biased) {
    float[][] w = matrix(4, IN);
    float[] b = matrix(1, 4)[0];
    Dense dense = dense(config(4, "Tanh", ", \"bias\": " + biased), w, b);

    float[][] y = forward(dense);

    for (int row = 0; row < ROWS; row++) {
      float[] expected = new float[4];
      for (int i = 0; i < 4; i++) {
        expected[i] = (float) Math.tanh(dot(w[i], x[row]) + (biased ? b[i] : 0));
      }
      Golden.assertClose(y[row], expected, 1e-6, "row %d", row);
    }
    assertThat(dense.width(IN)).isEqualTo(4);
    assertThat(dense.settings()).isEqualTo("5 -> 4, Tanh");
  }

  @Test
  void biasAndTanhAreTheDefaults() {
    float[][] w = matrix(4, IN);
    float[] b = matrix(1, 4)[0];

    float[][] y = forward(dense("{\"in_features\": 5, \"out_features\": 4}", w, b));

    assertThat((double) y[1][2]).isCloseTo(Math.tanh(dot(w[2], x[1]) + b[2]), within(1e-6));
  }

  @Test
  void aResidualOfTheSameWidthAddsTheInputAfterTheActivation() {
    float[][] w = matrix(IN, IN);
    float[] b = matrix(1, IN)[0];
    Dense dense = dense(config(IN, "Sigmoid", ", \"use_residual\": true"), w, b);

    float[][] y = forward(dense);

    for (int row = 0; row < ROWS; row++) {
      float[] expected = new float[IN];
      for (int i = 0; i < IN; i++) {
        expected[i] = (float) (x[row][i] + 1 / (1 + Math.exp(-dot(w[i], x[row]) - b[i])));
      }
      Golden.assertClose(y[row], expected, 1e-6, "row %d", row);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, IN})
  void aResidualWithWeightsAddsTheProjectedInput(int out) {
    float[][] w = matrix(out, IN);
    float[] b = matrix(1, out)[0];
    float[][] r = matrix(out, IN);
    Map<String, NDArray> tensors = tensors(w, b);
    tensors.put("residual.weight", batch.create(r));
    String json = config(out, "Tanh", ", \"use_residual\": true");

    float[][] y = forward(Dense.load(new FakeModuleDir(json, tensors)));

    for (int row = 0; row < ROWS; row++) {
      float[] expected = new float[out];
      for (int i = 0; i < out; i++) {
        expected[i] = (float) (Math.tanh(dot(w[i], x[row]) + b[i]) + dot(r[i], x[row]));
      }
      Golden.assertClose(y[row], expected, 1e-6, "row %d", row);
    }
  }

  @Test
  void aResidualOfAnotherWidthNeedsWeights() {
    String json = config(4, "Tanh", ", \"use_residual\": true");
    Map<String, NDArray> tensors = tensors(matrix(4, IN), matrix(1, 4)[0]);

    assertThatThrownBy(() -> Dense.load(new FakeModuleDir(json, tensors)))
        .isInstanceOf(ModelException.class)
        .hasMessage("no tensor residual.weight");
  }

  @Test
  void worksOnEveryTokenAndLeavesTheInput() {
    float[][] w = matrix(4, IN);
    float[] b = matrix(1, 4)[0];
    String names = ", \"module_input_name\": \"token_embeddings\"";
    Dense dense = dense(config(4, "Identity", names), w, b);
    NDArray tokens = batch.create(x).reshape(1, ROWS, IN);
    Features before = Features.empty().with(Features.TOKEN_EMBEDDINGS, tokens);

    NDArray y = dense.forward(before).get(Features.TOKEN_EMBEDDINGS);

    assertThat(dense.needs()).containsExactly(Features.TOKEN_EMBEDDINGS);
    assertThat(dense.adds()).isEqualTo(dense.needs());
    assertThat(y.getShape()).isEqualTo(new Shape(1, ROWS, 4));
    for (int t = 0; t < ROWS; t++) {
      float[] expected = new float[4];
      for (int i = 0; i < 4; i++) {
        expected[i] = (float) (dot(w[i], x[t]) + b[i]);
      }
      Golden.assertClose(y.get(0, t).toFloatArray(), expected, 1e-6, "token %d", t);
    }
    assertThat(before.get(Features.TOKEN_EMBEDDINGS).get(0, 2).toFloatArray()).isEqualTo(x[2]);
  }

  @Test
  void theOutputCanHaveANameOfItsOwn() {
    String names = ", \"module_output_name\": \"scores\"";
    Dense dense = dense(config(4, "Tanh", names), matrix(4, IN), matrix(1, 4)[0]);
    Features before = Features.empty().with(Features.SENTENCE_EMBEDDING, batch.create(x));

    Features after = dense.forward(before);

    assertThat(after.get(Key.tensor("scores")).getShape()).isEqualTo(new Shape(ROWS, 4));
    assertThat(after.get(Features.SENTENCE_EMBEDDING).getShape()).isEqualTo(new Shape(ROWS, IN));
  }

  @Test
  void gluHalvesTheWidth() {
    float[][] w = matrix(4, IN);
    float[] b = matrix(1, 4)[0];
    Dense dense = dense(config(4, "GLU", ""), w, b);

    float[][] y = forward(dense);

    assertThat(dense.width(IN)).isEqualTo(2);
    for (int row = 0; row < ROWS; row++) {
      float[] expected = new float[2];
      for (int i = 0; i < 2; i++) {
        double gate = 1 / (1 + Math.exp(-dot(w[i + 2], x[row]) - b[i + 2]));
        expected[i] = (float) ((dot(w[i], x[row]) + b[i]) * gate);
      }
      Golden.assertClose(y[row], expected, 1e-6, "row %d", row);
    }
  }

  @Test
  void theSlopeOfPreluIsReadWithTheLayer() {
    float[][] w = matrix(4, IN);
    Map<String, NDArray> tensors = tensors(w, new float[4]);
    tensors.put("activation_function.weight", batch.create(new float[] {0.5f}));

    float[][] y = forward(Dense.load(new FakeModuleDir(config(4, "PReLU", ""), tensors)));

    for (int row = 0; row < ROWS; row++) {
      float[] expected = new float[4];
      for (int i = 0; i < 4; i++) {
        double product = dot(w[i], x[row]);
        expected[i] = (float) (product < 0 ? product / 2 : product);
      }
      Golden.assertClose(y[row], expected, 1e-6, "row %d", row);
    }
  }

  @Test
  void vectorsOfAnotherWidthAreRefused() {
    Dense dense = dense(config(4, "Tanh", ""), matrix(4, IN), new float[4]);

    assertThatThrownBy(() -> dense.width(IN + 1))
        .isInstanceOf(ModelException.class)
        .hasMessage("takes vectors of in_features 5, but the modules before it make vectors of 6");
  }

  @Test
  void aMissingWidthIsNamed() {
    assertThatThrownBy(() -> Dense.load(FakeModuleDir.of("{\"in_features\": 5}")))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/config.json: required key \"out_features\" is missing");
  }

  private static String config(int out, String activation, String more) {
    return """
        {"in_features": 5, "out_features": %d,
         "activation_function": "torch.nn.modules.activation.%s"%s}
        """
        .formatted(out, activation, more);
  }

  private Dense dense(String json, float[][] weight, float[] bias) {
    return Dense.load(new FakeModuleDir(json, tensors(weight, bias)));
  }

  private Map<String, NDArray> tensors(float[][] weight, float[] bias) {
    Map<String, NDArray> tensors = new HashMap<>();
    tensors.put("linear.weight", batch.create(weight));
    tensors.put("linear.bias", batch.create(bias));
    return tensors;
  }

  private float[][] forward(Dense dense) {
    Features features = Features.empty().with(Features.SENTENCE_EMBEDDING, batch.create(x));
    NDArray y = dense.forward(features).get(Features.SENTENCE_EMBEDDING);
    float[][] rows = new float[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      rows[row] = y.get(row).toFloatArray();
    }
    return rows;
  }

  private float[][] matrix(int rows, int columns) {
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return numbers;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationTest {
  private static final Numbers NUMBERS = Golden.read("activations", Numbers.class);
  private static final Weights NO_WEIGHTS = FakeModuleDir.of("{}").weights();

  private record Numbers(
      float[][] input,
      Map<String, float[][]> outputs,
      float[][][] tokens,
      Map<String, float[][][]> of_tokens) {}

  private NDManager batch;

  @BeforeEach
  void start() {
    batch = TestEngine.cpu();
  }

  @AfterEach
  void stop() {
    batch.close();
  }

  static Set<String> names() {
    return NUMBERS.outputs().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheNumbersOfTorch(String name) {
    NDArray x = batch.create(NUMBERS.input());
    Activation activation = parse("config.json", "torch.nn.modules.activation." + name, NO_WEIGHTS);

    NDArray y = activation.apply(x);

    float[][] expected = NUMBERS.outputs().get(name);
    assertThat(activation.name()).isEqualTo(name);
    assertThat(y.getShape().get(0)).isEqualTo(2);
    for (int row = 0; row < 2; row++) {
      Golden.assertClose(y.get(row).toFloatArray(), expected[row], 1e-5, "%s row %d", name, row);
    }
    assertThat(x.toFloatArray()).as("the input stays as it is").isEqualTo(flat(NUMBERS.input()));
    assertThat(activation.width(6)).isEqualTo(expected[0].length);
  }

  @Test
  void everyKnownNameIsComparedWithTorch() {
    assertThatThrownBy(() -> Activation.of("?"))
        .hasMessageEndingWith("known: " + known() + " and PReLU");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Softmax", "LogSoftmax", "GLU"})
  void takesTheAxisThatTorchTakesForTokenEmbeddings(String name) {
    NDArray[] rows = Stream.of(NUMBERS.tokens()).map(batch::create).toArray(NDArray[]::new);

    NDArray y = Activation.of(name).apply(NDArrays.stack(new NDList(rows)));

    float[][][] expected = NUMBERS.of_tokens().get(name);
    for (int row = 0; row < 2; row++) {
      Golden.assertClose(y.get(row).toFloatArray(), flat(expected[row]), 1e-5, "row %d", row);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Softplus", "Mish", "LogSigmoid", "SELU", "SiLU"})
  void largeNumbersDoNotOverflow(String name) {
    NDArray y = Activation.of(name).apply(batch.create(new float[] {-200, 200}));

    for (float number : y.toFloatArray()) {
      assertThat(number).isFinite();
    }
  }

  @Test
  void anUnknownTorchClassListsTheKnownOnes() {
    String path = "torch.nn.modules.activation.Threshold";

    assertThatThrownBy(() -> parse("2_Dense/config.json", path, NO_WEIGHTS))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "2_Dense/config.json: activation_function \""
                + path
                + "\": activation \"Threshold\" is not known; known: "
                + known()
                + " and PReLU");
  }

  @ParameterizedTest
  @ValueSource(strings = {"os.system", "torchvision.ops.Identity", "ReLU", ""})
  void aPathOutsideTorchIsNotTrustedAndTanhIsUsed(String path) {
    assertThat(parse("config.json", path, NO_WEIGHTS).name()).isEqualTo("Tanh");
  }

  @Test
  void theSlopeOfPreluComesFromTheFile() {
    Map<String, NDArray> tensors =
        Map.of("activation_function.weight", batch.create(new float[] {-0.75f}));
    Weights weights = new FakeModuleDir("{}", tensors).weights();

    Activation prelu = parse("config.json", "torch.nn.PReLU", weights);

    assertThat(prelu.apply(batch.create(new float[] {-2, 3})).toFloatArray())
        .containsExactly(1.5f, 3);
  }

  @Test
  void gluNeedsAnEvenWidth() {
    assertThat(Activation.of("GLU").width(6)).isEqualTo(3);
    assertThatThrownBy(() -> Activation.of("GLU").width(7))
        .isInstanceOf(ModelException.class)
        .hasMessage("halves its vectors with GLU, but their width 7 is odd");
  }

  /** The names of the golden file but PReLU, as messages list them. */
  private static String known() {
    return names().stream().filter(name -> !name.equals("PReLU")).sorted().toList().toString();
  }

  private static float[] flat(float[][] rows) {
    int width = rows[0].length;
    float[] numbers = new float[rows.length * width];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, numbers, row * width, width);
    }
    return numbers;
  }

  private static Activation parse(String file, String path, Weights weights) {
    return Activation.parse(
        Json.parse(file, new JsonText().with("activation_function", path).print()), weights);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import dev.weft.Golden;
import dev.weft.TestEngine;
import dev.weft.Vectors;
import dev.weft.config.ModelException;
import dev.weft.text.AttentionMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEncoderTest extends EncoderContract {
  @TempDir Path folder;

  @Override
  Encoder load(ExportedModel model, NDManager device) {
    return load(model, "onnx/model.onnx");
  }

  private static Encoder load(ExportedModel model, String file) {
    return GraphEncoders.onnx(model.config(), model.file(file), Optional.empty());
  }

  @Test
  void weightsInAFileBesideTheGraphAreFound() {
    ExportedModel model = ExportedModel.read("bert");
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, "onnx/model_external.onnx")) {
      float[] actual = flat(alone(model, encoder, device));
      Golden.assertClose(actual, flat(model.states()), 1e-4, "external");
    }
  }

  @Test
  void weightsBesideTheGraphThatAreMissingAreNamed() throws IOException {
    ExportedModel model = ExportedModel.read("bert");
    Path copy = folder.resolve("model_external.onnx");
    Files.copy(model.file("onnx/model_external.onnx"), copy);

    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> GraphEncoders.onnx(model.config(), copy, Optional.empty()))
        .withMessageStartingWith(copy + ": ONNX Runtime cannot use the file (")
        .withMessageContaining("model_external.onnx_data");
  }

  @Test
  void quantisedWeightsGiveNearlyTheSame() {
    ExportedModel model = ExportedModel.read("bert");
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, "onnx/model_qint8.onnx")) {
      float[] actual = flat(alone(model, encoder, device));
      float[] expected = flat(model.states());
      assertThat(Vectors.cosine(actual, expected)).isBetween(0.99, 0.999999);
    }
  }

  @Test
  void anUnknownProviderListsTheAvailableOnes() {
    ExportedModel model = ExportedModel.read("bert");
    assertThatThrownBy(
            () ->
                GraphEncoders.onnx(
                    model.config(),
                    model.file("onnx/model.onnx"),
                    Optional.of("CUDAExecutionProvider")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "provider \"CUDAExecutionProvider\" is not in this build of ONNX Runtime; available:"
                + " [CPUExecutionProvider]. For GPUs put"
                + " com.microsoft.onnxruntime:onnxruntime_gpu on the class path instead of"
                + " onnxruntime");
  }

  @Test
  void aFileThatIsNoGraphIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), "no graph at all");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () -> GraphEncoders.onnx(ExportedModel.read("bert").config(), file, Optional.empty()))
        .withMessageStartingWith(file + ": ONNX Runtime cannot use the file (");
  }

  @Test
  void statesOfAllLayersAreRefused() {
    ExportedModel model = ExportedModel.read("bert");
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = load(model, device)) {
      AttentionMask mask = AttentionMask.full(1, 2);
      assertThatThrownBy(
              () -> encoder.forward(device.create(new long[][] {{3, 4}}), mask, HiddenLayers.ALL))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(
              model.file("onnx/model.onnx")
                  + ": an exported graph returns its last hidden state only; for those of all"
                  + " layers use backend=torch");
    }
  }
}

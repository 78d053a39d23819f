// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDManager;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs where the launcher says where OpenVINO is. */
class OpenVinoEncoderTest extends EncoderContract {
  private static final String LIBRARY = System.getProperty("weft.openvino", "");

  @TempDir Path folder;

  @BeforeAll
  static void needsTheLibrary() {
    assumeFalse(LIBRARY.isEmpty(), "no OpenVINO: run ./weft test, or give -Dweft.openvino=DIR");
  }

  @Override
  Encoder load(ExportedModel model, NDManager device) {
    return GraphEncoders.openVino(
        model.config(), model.file("openvino/openvino_model.xml"), Optional.of(LIBRARY));
  }

  /** Rows beyond a table are zeros in OpenVINO, so there is nothing to refuse. */
  @Override
  void refuses(Runnable call) {
    call.run();
  }

  @Test
  void aFileThatIsNoGraphIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("openvino_model.xml"), "no graph at all");
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () ->
                GraphEncoders.openVino(
                    ExportedModel.read("bert").config(), file, Optional.of(LIBRARY)))
        .withMessageStartingWith(file + ": OpenVINO cannot use the file (");
  }

  @Test
  void weightsThatAreMissingAreNamed() throws IOException {
    ExportedModel model = ExportedModel.read("bert");
    Path file = folder.resolve("openvino_model.xml");
    Files.copy(model.file("openvino/openvino_model.xml"), file);
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> GraphEncoders.openVino(model.config(), file, Optional.of(LIBRARY)))
        .withMessageStartingWith(file + ": OpenVINO cannot use the file (");
  }
}

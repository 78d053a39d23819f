// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class OpenVinoLibraryTest {
  @TempDir Path folder;

  @Test
  void aFolderWithoutTheLibraryIsNamed() {
    assertThatThrownBy(() -> OpenVinoLibrary.load(Optional.of(folder.toString())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "library \""
                + folder
                + "\" holds no libopenvino_c.so; install OpenVINO (the Python package openvino"
                + " holds the library in openvino/libs) and name its folder with the option"
                + " library or the variable OPENVINO_LIB");
  }

  @Test
  void aFileThatIsNoLibraryIsNamed() throws IOException {
    Path libs = Files.createDirectories(folder.resolve("openvino/libs"));
    Path file = Files.writeString(libs.resolve("libopenvino_c.so.2641"), "no library");
    assertThatThrownBy(() -> OpenVinoLibrary.load(Optional.of(folder.toString())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(file + ": OpenVINO's library cannot be loaded (");
  }
}

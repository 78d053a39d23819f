// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runtimes are optional: Weft's classes without theirs, in a loader of their own. */
class MissingRuntimeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "onnx | onnxruntime | backend onnx needs ONNX Runtime; put"
            + " com.microsoft.onnxruntime:onnxruntime (1.23 or later, but not 1.29.0) on the class path (",
        "openVino | jna | backend openvino calls its library through JNA; put"
            + " net.java.dev.jna:jna (5.13 or later) on the class path (",
      })
  void theArtifactIsNamed(String method, String artifact, String message) throws Exception {
    URL[] rest =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(Path::of)
            .filter(path -> !path.getFileName().toString().startsWith(artifact + "-"))
            .map(MissingRuntimeTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(rest, ClassLoader.getPlatformClassLoader())) {
      Class<?> json = loader.loadClass("dev.weft.config.Json");
      Object config = json.getMethod("empty", String.class).invoke(null, "config.json");
      Method open =
          loader
              .loadClass("dev.weft.backend.GraphEncoders")
              .getMethod(method, json, Path.class, Optional.class);
      assertThatThrownBy(() -> call(open, config))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(message);
    }
  }

  private static void call(Method open, Object config) throws Throwable {
    try {
      open.invoke(null, config, Path.of("model.onnx"), Optional.empty());
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}

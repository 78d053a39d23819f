// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Transformers that another runtime runs from an exported graph. Their runtimes are no part of a
 * usual class path, and are touched only here.
 */
public final class GraphEncoders {
  private GraphEncoders() {}

  /**
   * A graph in ONNX Runtime.
   *
   * @param config the Hugging Face {@code config.json}
   * @param file {@code model.onnx} or one like it
   * @param provider an execution provider, such as {@code CUDAExecutionProvider}; the CPU without
   * @throws ModelException if the file cannot be used, or is no transformer
   * @throws IllegalArgumentException if the provider is not there
   * @throws IllegalStateException if ONNX Runtime is not there, naming the artifact
   */
  public static Encoder onnx(Json config, Path file, Optional<String> provider) {
    return GraphEncoder.of(
        config,
        linked(
            () -> OnnxSession.open(file, provider),
            "backend onnx needs ONNX Runtime; put com.microsoft.onnxruntime:onnxruntime (1.23 or"
                + " later, but not 1.29.0) on the class path"));
  }

  /**
   * A graph in OpenVINO, on the CPU.
   *
   * @param config the Hugging Face {@code config.json}
   * @param file {@code openvino_model.xml} or one like it, with its {@code .bin} beside it
   * @param library where OpenVINO's C library is, a folder or the file itself; without it the
   *     system property {@code weft.openvino}, the environment and the system's libraries
   * @throws ModelException if the file cannot be used, or is no transformer
   * @throws IllegalStateException if OpenVINO's library or JNA is not there, saying what to install
   */
  public static Encoder openVino(Json config, Path file, Optional<String> library) {
    return GraphEncoder.of(
        config,
        linked(
            () -> OpenVinoSession.open(file, OpenVinoLibrary.load(library)),
            "backend openvino calls its library through JNA; put net.java.dev.jna:jna (5.13 or"
                + " later) on the class path"));
  }

  private static GraphSession linked(Supplier<GraphSession> open, String fix) {
    try {
      return open.get();
    } catch (LinkageError e) {
      throw new IllegalStateException(fix + " (" + e + ")", e);
    }
  }
}

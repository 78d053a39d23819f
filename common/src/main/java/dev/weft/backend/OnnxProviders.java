// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import java.util.List;
import java.util.Optional;

/** How sessions of ONNX Runtime are set up, and on which of its execution providers. */
final class OnnxProviders {
  private static final String CPU = OrtProvider.CPU.getName();
  private static final String CUDA = OrtProvider.CUDA.getName();
  private static final String TENSOR_RT = OrtProvider.TENSOR_RT.getName();
  private static final String CORE_ML = OrtProvider.CORE_ML.getName();

  private OnnxProviders() {}

  /** The process's one environment, which is never closed. */
  static OrtEnvironment environment() {
    OrtEnvironment environment = OrtEnvironment.getEnvironment("weft");
    try {
      environment.setTelemetry(false);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime does not start (" + e.getMessage() + ")", e);
    }
    return environment;
  }

  /**
   * One thread an operation, since the workers run a batch on every core, and none that waits by
   * spinning. Batches have ever new shapes, so plans of memory by shape would only pile up.
   */
  static OrtSession.SessionOptions options(Optional<String> provider) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    try {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      options.setMemoryPatternOptimization(false);
      add(provider.orElse(CPU), options);
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }

  private static void add(String provider, OrtSession.SessionOptions options) throws OrtException {
    List<String> available =
        OrtEnvironment.getAvailableProviders().stream().map(OrtProvider::getName).toList();
    if (!available.contains(provider)) {
      throw new IllegalArgumentException(
          "provider \""
              + provider
              + "\" is not in this build of ONNX Runtime; available: "
              + available
              + ". For GPUs put com.microsoft.onnxruntime:onnxruntime_gpu on the class path instead"
              + " of onnxruntime");
    }
    if (provider.equals(CUDA)) {
      options.addCUDA();
    } else if (provider.equals(TENSOR_RT)) {
      options.addTensorrt(0);
    } else if (provider.equals(CORE_ML)) {
      options.addCoreML();
    } else if (!provider.equals(CPU)) {
      throw new IllegalArgumentException(
          "provider \""
              + provider
              + "\" is not supported; supported: "
              + List.of(CPU, CUDA, TENSOR_RT, CORE_ML));
    }
  }
}

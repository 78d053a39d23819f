// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.weft.config.ModelException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A graph in ONNX Runtime. One session serves all workers, each of which runs a whole batch on its
 * own thread: an operation has one thread, and none spins. The file is opened by its path, so that
 * weights beside it ({@code model.onnx_data}) are found.
 */
final class OnnxSession implements GraphSession {
  private final String label;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Set<String> inputs;
  private final String output;
  private final OptionalInt width;

  private OnnxSession(String label, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.label = label;
    this.environment = environment;
    this.session = session;
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      checkInput(input.getKey(), input.getValue());
    }
    this.inputs = Set.copyOf(session.getInputNames());
    this.output = GraphOutputs.choose(label, session.getOutputNames());
    this.width = width(Objects.requireNonNull(session.getOutputInfo().get(output)));
  }

  /**
   * Opens a file.
   *
   * @param provider an execution provider by ONNX Runtime's name; the CPU without one
   * @throws ModelException if ONNX Runtime does not take the file
   * @throws IllegalArgumentException if the provider is not there
   */
  static OnnxSession open(Path file, Optional<String> provider) {
    OrtEnvironment environment = OnnxProviders.environment();
    try (OrtSession.SessionOptions options = OnnxProviders.options(provider)) {
      OrtSession session = environment.createSession(file.toString(), options);
      try {
        return new OnnxSession(file.toString(), environment, session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new ModelException(
          file + ": ONNX Runtime cannot use the file (" + e.getMessage() + ")", e);
    }
  }

  private void checkInput(String name, NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info) || info.type != OnnxJavaType.INT64) {
      throw GraphOutputs.refusedInput(label, name, node.getInfo().toString());
    }
  }

  private OptionalInt width(NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info)
        || info.type != OnnxJavaType.FLOAT
        || info.getShape().length != 3) {
      throw GraphOutputs.refused(label, output, node.getInfo().toString());
    }
    long last = info.getShape()[2];
    return last > 0 ? OptionalInt.of(Math.toIntExact(last)) : OptionalInt.empty();
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public Set<String> inputs() {
    return inputs;
  }

  @Override
  public OptionalInt width() {
    return width;
  }

  @Override
  public void run(Map<String, NDArray> arrays, NDArray result) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try (OnnxTensor target =
        OnnxTensor.createTensor(
            environment,
            result.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer(),
            result.getShape().getShape())) {
      for (Map.Entry<String, NDArray> array : arrays.entrySet()) {
        NDArray values = array.getValue();
        tensors.put(
            array.getKey(),
            OnnxTensor.createTensor(
                environment,
                values.toByteBuffer(true).order(ByteOrder.nativeOrder()).asLongBuffer(),
                values.getShape().getShape()));
      }
      // The result is written to the array's own memory.
      session.run(tensors, Map.of(output, target)).close();
    } catch (OrtException e) {
      throw new IllegalStateException(
          label + ": ONNX Runtime cannot run the batch (" + e.getMessage() + ")", e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(
          label + ": ONNX Runtime cannot close the session (" + e.getMessage() + ")", e);
    }
  }
}

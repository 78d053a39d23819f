// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.weft.config.ModelException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * A graph in OpenVINO, on the CPU. One compiled model serves all workers: it has as many streams as
 * there are cores and as many threads, so that each batch runs on one. Requests are kept for the
 * next batch, as each owns the memory of its intermediates.
 */
final class OpenVinoSession implements GraphSession {
  private static final String DEVICE = "CPU";
  private static final int INT64_BYTES = 8;
  private static final int FLOAT32_BYTES = 4;

  private final String label;
  private final OpenVinoApi api;
  private final Pointer core;
  private final Pointer compiled;
  private final List<Port> inputs;
  private final Port output;
  private final Queue<Pointer> idle = new ConcurrentLinkedQueue<>();

  /**
   * An input or an output.
   *
   * @param type OpenVINO's number of its element type
   * @param dims its dimensions, -1 where the file does not fix one
   */
  private record Port(String name, long index, int type, List<Long> dims) {}

  private OpenVinoSession(String label, OpenVinoApi api, Pointer core, Pointer compiled) {
    this.label = label;
    this.api = api;
    this.core = core;
    this.compiled = compiled;
    this.inputs = inputPorts();
    List<Port> outputs = outputPorts();
    String name = GraphOutputs.choose(label, outputs.stream().map(Port::name).toList());
    this.output =
        outputs.stream().filter(port -> port.name().equals(name)).findFirst().orElseThrow();
    for (Port port : inputs) {
      if (elementBytes(port) != INT64_BYTES) {
        throw GraphOutputs.refusedInput(label, port.name(), elementBytes(port) + " bytes wide");
      }
    }
    if (output.dims().size() != 3 || elementBytes(output) != FLOAT32_BYTES) {
      throw GraphOutputs.refused(
          label, name, output.dims() + " of " + elementBytes(output) + " bytes");
    }
  }

  /**
   * Opens an {@code .xml} with the {@code .bin} beside it.
   *
   * @throws ModelException if OpenVINO does not take the file
   */
  static OpenVinoSession open(Path file, OpenVinoApi api) {
    String label = file.toString();
    PointerByReference core = new PointerByReference();
    check(api, api.ov_core_create(core), label + ": OpenVINO does not start");
    try {
      Pointer compiled = compile(label, api, core.getValue());
      try {
        return new OpenVinoSession(label, api, core.getValue(), compiled);
      } catch (RuntimeException e) {
        api.ov_compiled_model_free(compiled);
        throw e;
      }
    } catch (RuntimeException e) {
      api.ov_core_free(core.getValue());
      throw e;
    }
  }

  private static Pointer compile(String label, OpenVinoApi api, Pointer core) {
    PointerByReference model = new PointerByReference();
    refuse(label, api, api.ov_core_read_model(core, label, null, model));
    try {
      String cores = String.valueOf(Runtime.getRuntime().availableProcessors());
      // What a CPU would compute in bfloat16 by itself is computed in float32, as torch does.
      Object[] properties = {
        "NUM_STREAMS",
        cores,
        "INFERENCE_NUM_THREADS",
        cores,
        "ENABLE_CPU_PINNING",
        "NO",
        "INFERENCE_PRECISION_HINT",
        "f32"
      };
      PointerByReference compiled = new PointerByReference();
      int status =
          api.ov_core_compile_model(
              core, model.getValue(), DEVICE, properties.length, compiled, properties);
      refuse(label, api, status);
      return compiled.getValue();
    } finally {
      api.ov_model_free(model.getValue());
    }
  }

  private static void refuse(String label, OpenVinoApi api, int status) {
    if (status != 0) {
      throw new ModelException(
          label + ": OpenVINO cannot use the file (" + message(api, status) + ")");
    }
  }

  private static void check(OpenVinoApi api, int status, String what) {
    if (status != 0) {
      throw new IllegalStateException(what + " (" + message(api, status) + ")");
    }
  }

  private static String message(OpenVinoApi api, int status) {
    String last = api.ov_get_last_err_msg();
    String general = api.ov_get_error_info(status);
    return last == null || last.isBlank() ? String.valueOf(general) : last.strip();
  }

  private void check(int status) {
    check(api, status, label + ": OpenVINO cannot run the batch");
  }

  private List<Port> inputPorts() {
    long[] size = new long[1];
    check(api.ov_compiled_model_inputs_size(compiled, size));
    List<Port> ports = new ArrayList<>();
    for (long i = 0; i < size[0]; i++) {
      PointerByReference port = new PointerByReference();
      check(api.ov_compiled_model_input_by_index(compiled, i, port));
      ports.add(port(i, port.getValue()));
    }
    return List.copyOf(ports);
  }

  private List<Port> outputPorts() {
    long[] size = new long[1];
    check(api.ov_compiled_model_outputs_size(compiled, size));
    List<Port> ports = new ArrayList<>();
    for (long i = 0; i < size[0]; i++) {
      PointerByReference port = new PointerByReference();
      check(api.ov_compiled_model_output_by_index(compiled, i, port));
      ports.add(port(i, port.getValue()));
    }
    return ports;
  }

  private Port port(long index, Pointer port) {
    try {
      PointerByReference name = new PointerByReference();
      check(api.ov_port_get_any_name(port, name));
      String text = name.getValue().getString(0, "UTF-8");
      api.ov_free(name.getValue());
      IntByReference type = new IntByReference();
      check(api.ov_port_get_element_type(port, type));
      return new Port(text, index, type.getValue(), dims(port));
    } finally {
      api.ov_output_const_port_free(port);
    }
  }

  /** The dimensions; none where not even their number is fixed. */
  private List<Long> dims(Pointer port) {
    OpenVinoApi.PartialShape shape = new OpenVinoApi.PartialShape();
    check(api.ov_port_get_partial_shape(port, shape));
    List<Long> dims = new ArrayList<>();
    Pointer bounds = shape.dims;
    if (bounds != null && shape.minRank == shape.maxRank) {
      for (long i = 0; i < shape.maxRank; i++) {
        long least = bounds.getLong(i * 16);
        dims.add(least == bounds.getLong(i * 16 + 8) ? least : -1);
      }
    }
    api.ov_partial_shape_free(shape);
    return List.copyOf(dims);
  }

  /** Bytes of one element; the numbers of types differ between releases, their widths do not. */
  private long elementBytes(Port port) {
    try (Memory one = new Memory(16)) {
      Pointer tensor = tensor(port.type(), new long[] {1}, one);
      long[] bytes = new long[1];
      int status = api.ov_tensor_get_byte_size(tensor, bytes);
      api.ov_tensor_free(tensor);
      check(status);
      return bytes[0];
    }
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public Set<String> inputs() {
    return inputs.stream().map(Port::name).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public OptionalInt width() {
    long last = output.dims().get(2);
    return last > 0 ? OptionalInt.of(Math.toIntExact(last)) : OptionalInt.empty();
  }

  @Override
  public void run(Map<String, NDArray> arrays, NDArray result) {
    Pointer request = request();
    List<Pointer> tensors = new ArrayList<>();
    try {
      for (Port port : inputs) {
        NDArray array = arrays.get(port.name());
        if (array == null) {
          throw new IllegalStateException(label + ": no array for input " + port.name());
        }
        Pointer tensor = tensor(port, array);
        tensors.add(tensor);
        check(api.ov_infer_request_set_input_tensor_by_index(request, port.index(), tensor));
      }
      // The result is written to the array's own memory.
      Pointer target = tensor(output, result);
      tensors.add(target);
      check(api.ov_infer_request_set_output_tensor_by_index(request, output.index(), target));
      check(api.ov_infer_request_infer(request));
    } catch (RuntimeException e) {
      api.ov_infer_request_free(request);
      throw e;
    } finally {
      tensors.forEach(api::ov_tensor_free);
    }
    idle.add(request);
  }

  private Pointer request() {
    Pointer kept = idle.poll();
    if (kept != null) {
      return kept;
    }
    PointerByReference request = new PointerByReference();
    check(api.ov_compiled_model_create_infer_request(compiled, request));
    return request.getValue();
  }

  private Pointer tensor(Port port, NDArray array) {
    ByteBuffer memory = array.toByteBuffer(true);
    return tensor(port.type(), array.getShape().getShape(), Native.getDirectBufferPointer(memory));
  }

  private Pointer tensor(int type, long[] dims, Pointer data) {
    try (Memory numbers = new Memory(8L * dims.length)) {
      numbers.write(0, dims, 0, dims.length);
      OpenVinoApi.Shape shape = new OpenVinoApi.Shape();
      shape.rank = dims.length;
      shape.dims = numbers;
      PointerByReference tensor = new PointerByReference();
      check(api.ov_tensor_create_from_host_ptr(type, shape, data, tensor));
      return tensor.getValue();
    }
  }

  @Override
  public void close() {
    for (Pointer request = idle.poll(); request != null; request = idle.poll()) {
      api.ov_infer_request_free(request);
    }
    api.ov_compiled_model_free(compiled);
    api.ov_core_free(core);
  }
}

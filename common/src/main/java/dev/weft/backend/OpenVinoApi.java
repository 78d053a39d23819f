// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * The functions of OpenVINO's C library that are called, as its headers ({@code openvino/c/})
 * declare them. A {@code size_t} is a {@code long} here: 64-bit machines only. Values of its enum
 * of types moved between releases, so they are never written down but passed on as they come.
 */
interface OpenVinoApi extends Library {
  /** {@code ov_shape_t}, passed by value. Mutable, for one thread. */
  @Structure.FieldOrder({"rank", "dims"})
  final class Shape extends Structure implements Structure.ByValue {
    public long rank;
    public @Nullable Pointer dims;
  }

  /** {@code ov_partial_shape_t}: a rank and as many dimensions, each of a least and a most. */
  @Structure.FieldOrder({"minRank", "maxRank", "dims"})
  final class PartialShape extends Structure {
    public long minRank;
    public long maxRank;
    public @Nullable Pointer dims;
  }

  @Nullable String ov_get_last_err_msg();

  @Nullable String ov_get_error_info(int status);

  int ov_core_create(PointerByReference core);

  void ov_core_free(Pointer core);

  int ov_core_read_model(
      Pointer core, String file, @Nullable String weights, PointerByReference model);

  void ov_model_free(Pointer model);

  int ov_core_compile_model(
      Pointer core,
      Pointer model,
      String device,
      long properties,
      PointerByReference compiled,
      Object... keysAndValues);

  void ov_compiled_model_free(Pointer compiled);

  int ov_compiled_model_inputs_size(Pointer compiled, long[] size);

  int ov_compiled_model_input_by_index(Pointer compiled, long index, PointerByReference port);

  int ov_compiled_model_outputs_size(Pointer compiled, long[] size);

  int ov_compiled_model_output_by_index(Pointer compiled, long index, PointerByReference port);

  int ov_port_get_any_name(Pointer port, PointerByReference name);

  int ov_port_get_element_type(Pointer port, IntByReference type);

  int ov_port_get_partial_shape(Pointer port, PartialShape shape);

  void ov_partial_shape_free(PartialShape shape);

  void ov_output_const_port_free(Pointer port);

  void ov_free(Pointer text);

  int ov_compiled_model_create_infer_request(Pointer compiled, PointerByReference request);

  void ov_infer_request_free(Pointer request);

  int ov_tensor_create_from_host_ptr(
      int type, Shape shape, Pointer data, PointerByReference tensor);

  int ov_tensor_get_byte_size(Pointer tensor, long[] size);

  void ov_tensor_free(Pointer tensor);

  int ov_infer_request_set_input_tensor_by_index(Pointer request, long index, Pointer tensor);

  int ov_infer_request_set_output_tensor_by_index(Pointer request, long index, Pointer tensor);

  int ov_infer_request_infer(Pointer request);
}

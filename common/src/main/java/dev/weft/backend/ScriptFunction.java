// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function in TorchScript, for operators of torch that DJL has no method for. The archive torch
 * loads is a zip of source text and two small pickles; as the function has no weights, it is
 * written here, from source, when it is needed. Many threads may call it.
 */
final class ScriptFunction implements AutoCloseable {
  private static final String FOLDER = "function/";

  /**
   * Protocol 2; an instance of {@code __torch__.Function} whose only attribute is training=False.
   */
  private static final byte[] INSTANCE =
      "\u0080\u0002c__torch__\nFunction\n)\u0081}X\u0008\u0000\u0000\u0000training\u0089sb."
          .getBytes(StandardCharsets.ISO_8859_1);

  /** Protocol 2; the empty tuple. */
  private static final byte[] NO_CONSTANTS = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

  private final Model model;
  private final Block block;

  private ScriptFunction(Model model) {
    this.model = model;
    this.block = model.getBlock();
  }

  /**
   * Compiles a function.
   *
   * @param parameters such as {@code x: Tensor, y: Tensor}
   * @param body lines of TorchScript that end in a {@code return} of one tensor
   */
  static ScriptFunction compile(String parameters, String body, Device device) {
    String source =
        """
        class Function(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def forward(self: __torch__.Function,
            %s) -> Tensor:
        %s"""
            .formatted(parameters, body.indent(4));
    Model model = Model.newInstance("function", device, "PyTorch");
    try {
      model.load(new ByteArrayInputStream(archive(source)));
      return new ScriptFunction(model);
    } catch (IOException e) {
      model.close();
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      model.close();
      throw new IllegalStateException("the engine refuses a function of Weft", e);
    }
  }

  private static byte[] archive(String source) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", INSTANCE);
      store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", NO_CONSTANTS);
      store(zip, "version", "10\n".getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  /** Torch reads entries in place, so they may not be compressed. */
  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(FOLDER + name);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** A manager of the function's device, which the caller closes. */
  NDManager newManager() {
    return model.getNDManager().newSubManager();
  }

  /** The function's value, of the manager of the first argument. */
  NDArray call(NDArray... arguments) {
    ParameterStore none = new ParameterStore(arguments[0].getManager(), false);
    return block.forward(none, new NDList(arguments), false).singletonOrThrow();
  }

  @Override
  public void close() {
    model.close();
  }
}

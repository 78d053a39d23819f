// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * A file in the safetensors format, with its header read and checked. Tensors are mapped one by one
 * when they are asked for, so no file passes through the heap whatever its size, and copied to the
 * device: a file that changes or is cut afterwards cannot reach a running model.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafeTensors {
  private final Path file;
  private final Map<String, TensorEntry> entries;

  private SafeTensors(Path file, Map<String, TensorEntry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Reads the header.
   *
   * @throws ModelException naming file, tensor and offset if anything in it is wrong
   */
  public static SafeTensors open(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new SafeTensors(file, SafeTensorsHeader.read(file, channel));
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /** Names of all tensors. */
  public Set<String> names() {
    return entries.keySet();
  }

  /** The tensors as float32 arrays of a device. */
  Weights weights(NDManager device) {
    return new Weights() {
      @Override
      public Device device() {
        return device.getDevice();
      }

      @Override
      public Set<String> names() {
        return entries.keySet();
      }

      @Override
      public Map<String, dev.weft.config.TensorData> stored() {
        return Map.of();
      }

      @Override
      public NDArray tensor(String name, long... shape) {
        TensorEntry entry = entry(name);
        if (!Arrays.equals(entry.shape(), shape)) {
          throw new ModelException(
              file
                  + ": tensor \""
                  + name
                  + "\" has shape "
                  + Arrays.toString(entry.shape())
                  + ", but the configuration asks for "
                  + Arrays.toString(shape));
        }
        return read(entry, device);
      }
    };
  }

  /** One tensor, as float32. */
  public NDArray read(String name, NDManager device) {
    return read(entry(name), device);
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw new ModelException(
          file + ": tensor \"" + name + "\" is missing; there are " + sample(entries.keySet()));
    }
    return entry;
  }

  private static String sample(Set<String> names) {
    return names.stream().limit(8).toList() + (names.size() > 8 ? " and more" : "");
  }

  private NDArray read(TensorEntry entry, NDManager device) {
    Shape shape = new Shape(entry.shape());
    if (entry.type() == TensorEntry.Type.BF16) {
      return BFloat16.widen(map(entry), shape, device);
    }
    try (NDManager scratch = device.newSubManager()) {
      NDArray mapped = scratch.create(map(entry), shape, entry.type().stored());
      // toType copies only where the type changes, and the mapping must not escape.
      boolean asIs = mapped.getDataType() == DataType.FLOAT32;
      NDArray copy = asIs ? mapped.duplicate() : mapped.toType(DataType.FLOAT32, true);
      copy.attach(device);
      return copy;
    }
  }

  private ByteBuffer map(TensorEntry entry) {
    if (entry.size() > Integer.MAX_VALUE) {
      throw new ModelException(
          file
              + ": tensor \""
              + entry.name()
              + "\" is larger than 2 GB, which is not supported yet");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < entry.end()) {
        throw new ModelException(
            file + ": ends before tensor \"" + entry.name() + "\" at offset " + entry.begin());
      }
      return channel
          .map(FileChannel.MapMode.READ_ONLY, entry.begin(), entry.size())
          .order(java.nio.ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new ModelException(
          file + ": tensor \"" + entry.name() + "\" cannot be mapped (" + e.getMessage() + ")", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/**
 * Copies tensors from files to a device as float32, a piece at a time: whatever its size, a tensor
 * takes its own memory on the device and one piece beside. A copy, so that a file which changes or
 * is cut afterwards cannot reach a running model. Any thread may read, one at a time.
 */
final class TensorReader {
  private static final int PIECE = 1 << 20;

  private final NDManager device;
  private final int piece;
  private ByteBuffer stored = ByteBuffer.allocate(0);
  private ByteBuffer widened = ByteBuffer.allocate(0);

  TensorReader(NDManager device) {
    this(device, PIECE);
  }

  /**
   * A reader with pieces of its own size.
   *
   * @param device owns the arrays
   * @param piece bytes of the file to read at once, a multiple of 8
   */
  TensorReader(NDManager device, int piece) {
    this.device = device;
    this.piece = piece;
  }

  Device device() {
    return device.getDevice();
  }

  /** One tensor in its own shape, owned by the device. */
  synchronized NDArray read(TensorEntry entry) {
    try (FileChannel channel = FileChannel.open(entry.file(), StandardOpenOption.READ);
        NDManager scratch = device.newSubManager()) {
      TensorBytes bytes = TensorBytes.of(entry, channel);
      NDArray flat = scratch.create(new Shape(entry.elements()), DataType.FLOAT32);
      int most = piece / entry.type().bytes();
      for (long at = 0; at < entry.elements(); at += most) {
        int count = (int) Math.min(most, entry.elements() - at);
        stored = stored.capacity() == 0 ? direct(piece) : stored;
        bytes.next(stored.clear().limit(count * entry.type().bytes()));
        try (NDArray part = floats(entry.type(), count, scratch)) {
          flat.set(new NDIndex().addSliceDim(at, at + count), part);
        }
      }
      NDArray tensor = flat.reshape(new Shape(entry.shape()));
      tensor.attach(device);
      return tensor;
    } catch (IOException e) {
      throw new ModelException(
          entry.file()
              + ": tensor \""
              + entry.name()
              + "\" cannot be read ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** The numbers of the piece that was read. */
  private NDArray floats(ElementType type, int count, NDManager scratch) {
    ByteBuffer numbers = stored.slice(0, count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    Shape shape = new Shape(count);
    return switch (type) {
      // The engine's binding ends the process when it is given numbers of these two types.
      case BF16, I16 -> scratch.create(widen(type, numbers), shape, DataType.FLOAT32);
      case F32 -> scratch.create(numbers, shape, DataType.FLOAT32);
      default -> {
        try (NDArray narrow = scratch.create(numbers, shape, type.engine())) {
          yield narrow.toType(DataType.FLOAT32, true);
        }
      }
    };
  }

  /** bfloat16 is the upper half of a float32. */
  private ByteBuffer widen(ElementType type, ByteBuffer numbers) {
    widened = widened.capacity() == 0 ? direct(2 * piece) : widened;
    widened.clear();
    if (type == ElementType.BF16) {
      while (numbers.hasRemaining()) {
        widened.putInt(numbers.getShort() << 16);
      }
    } else {
      while (numbers.hasRemaining()) {
        widened.putFloat(numbers.getShort());
      }
    }
    return widened.slice(0, widened.position()).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

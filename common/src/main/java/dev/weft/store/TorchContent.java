// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.store.PickleValue.Storage;
import dev.weft.store.PickleValue.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a file of {@code torch.save} holds.
 *
 * @param file for messages
 * @param root what the pickle says
 * @param storages finds the numbers that the pickle refers to
 */
record TorchContent(Path file, PickleValue root, Storages storages) {
  /** A pickle above this size is refused; the one of a model with 100 000 tensors is a third. */
  static final long MAX_PICKLE = 64L << 20;

  /** Where the numbers of storages are. */
  interface Storages {
    /**
     * The place of a storage.
     *
     * @throws ModelException if the file has less of it than the pickle says
     */
    FileRange find(Storage storage) throws IOException;
  }

  /** The place of a tensor, which lies inside its storage and is no larger. */
  TensorEntry tensor(String name, View view) throws IOException {
    FileRange range = storages.find(view.storage());
    ElementType type = view.storage().type();
    try {
      long size = type.bytes(view.shape());
      if (size == 0) {
        return TensorEntry.dense(file, name, type, view.shape(), range.begin());
      }
      long last = view.offset();
      for (int i = 0; i < view.shape().length; i++) {
        long reach = Math.multiplyExact(view.shape()[i] - 1, view.strides()[i]);
        last = Math.addExact(last, reach);
      }
      long end = Math.multiplyExact(Math.addExact(last, 1), type.bytes());
      if (end > range.size()) {
        throw broken(name, view, "reaches to byte " + end + " of its storage", range);
      }
      if (size > range.size()) {
        throw broken(name, view, "repeats its numbers: it needs " + size + " bytes", range);
      }
    } catch (ArithmeticException e) {
      throw broken(name, view, "reaches beyond all memory", range);
    }
    return new TensorEntry(
        file,
        name,
        type,
        view.shape(),
        view.strides(),
        range.begin() + view.offset() * type.bytes());
  }

  private ModelException broken(String name, View view, String what, FileRange range) {
    return new ModelException(
        file
            + ": tensor \""
            + name
            + "\" "
            + what
            + ", which has "
            + range.size()
            + " bytes at offset "
            + range.begin()
            + " (shape "
            + Arrays.toString(view.shape())
            + ", stride "
            + Arrays.toString(view.strides())
            + ", storage offset "
            + view.offset()
            + "); "
            + TorchFile.FIX);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.store.PickleValue.Dict;
import dev.weft.store.PickleValue.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Weights as {@code torch.save} writes a {@code state_dict}, in the zip format of torch 1.6 and in
 * the one before. Both are a pickle, which is a program: it is read by a machine that knows tensors
 * only ({@link PickleReader}). Every tensor must lie inside its storage and be no larger, so that
 * nothing is allocated beyond the size of the file. Immutable.
 *
 * @see <a
 *     href="https://github.com/pytorch/pytorch/blob/main/torch/serialization.py">serialization.py</a>
 */
final class TorchFile implements TensorFile {
  static final String FIX =
      "convert the weights to safetensors (in Python: load the model and save_pretrained it)";

  private final Path file;
  private final Map<String, TensorEntry> entries;

  private TorchFile(Path file, Map<String, TensorEntry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Reads the pickle and finds every tensor.
   *
   * @throws ModelException naming file and offset if it is anything else than weights
   */
  static TorchFile open(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer start = ByteBuffer.allocate(TorchStream.START.length);
      while (start.hasRemaining() && channel.read(start, start.position()) >= 0) {}
      start.flip();
      if (start.equals(ByteBuffer.wrap(TorchStream.START))) {
        return of(file, TorchStream.read(file, channel));
      }
      if (ZipDirectory.isZip(start)) {
        return of(file, TorchArchive.read(file, channel));
      }
      throw new ModelException(
          file
              + ": neither of the two formats of torch.save: no zip archive, no magic number; "
              + FIX);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static TorchFile of(Path file, TorchContent content) throws IOException {
    if (!(content.root() instanceof Dict root)) {
      throw new ModelException(
          file + ": holds no dictionary of weights; save model.state_dict(), or " + FIX);
    }
    Map<String, TensorEntry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, PickleValue> item : root.items().entrySet()) {
      if (item.getValue() instanceof View view) {
        entries.put(item.getKey(), content.tensor(item.getKey(), view));
      }
    }
    if (entries.isEmpty() && root.items().values().stream().anyMatch(TorchFile::holdsTensors)) {
      throw new ModelException(
          file
              + ": its tensors are one level down, below one of the keys "
              + root.items().keySet().stream().limit(8).toList()
              + "; save that part alone, or "
              + FIX);
    }
    return new TorchFile(file, Collections.unmodifiableMap(entries));
  }

  private static boolean holdsTensors(PickleValue value) {
    return value instanceof Dict dict
        && dict.items().values().stream().anyMatch(View.class::isInstance);
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public TensorEntry entry(String name) {
    return TensorFile.find(file, entries, name);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Which file of a folder holds its weights. A folder may have several forms of the same; they are
 * looked for in the order of the reference's loader.
 *
 * @see <a
 *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/modeling_utils.py">modeling_utils.py</a>
 */
final class WeightFiles {
  private static final Map<String, Function<Path, TensorFile>> READERS = new LinkedHashMap<>();

  static {
    READERS.put("model.safetensors", SafeTensors::open);
    READERS.put("model.safetensors.index.json", index -> Shards.open(index, SafeTensors::open));
    READERS.put("pytorch_model.bin", TorchFile::open);
    READERS.put("pytorch_model.bin.index.json", index -> Shards.open(index, TorchFile::open));
  }

  private WeightFiles() {}

  /**
   * Opens the first that is there.
   *
   * @throws ModelException if there is none, listing what was looked for, or if it is broken
   */
  static TensorFile open(Path folder) {
    for (Map.Entry<String, Function<Path, TensorFile>> reader : READERS.entrySet()) {
      Path file = folder.resolve(reader.getKey());
      if (Files.isRegularFile(file)) {
        return reader.getValue().apply(file);
      }
    }
    throw new ModelException(
        folder
            + ": no weights; looked for "
            + String.join(", ", READERS.keySet())
            + "; save the model with safetensors (save_pretrained does so)");
  }
}

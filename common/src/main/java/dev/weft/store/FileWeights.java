// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The tensors of a file, whatever its format, as float32 arrays of a device. */
final class FileWeights implements Weights {
  private final TensorFile file;
  private final TensorReader reader;

  FileWeights(TensorFile file, TensorReader reader) {
    this.file = file;
    this.reader = reader;
  }

  @Override
  public Device device() {
    return reader.device();
  }

  @Override
  public Set<String> names() {
    return file.names();
  }

  @Override
  public long[] shape(String name) {
    return file.entry(name).shape();
  }

  @Override
  public NDArray tensor(String name, long... shape) {
    TensorEntry entry = file.entry(name);
    if (!Arrays.equals(entry.shape(), shape)) {
      throw new ModelException(
          entry.file()
              + ": tensor \""
              + name
              + "\" has shape "
              + Arrays.toString(entry.shape())
              + ", but the configuration asks for "
              + Arrays.toString(shape));
    }
    return reader.read(entry);
  }

  @Override
  public Map<String, TensorData> stored() {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (String name : file.names()) {
      tensors.put(name, new StoredTensor(file.entry(name)));
    }
    return Collections.unmodifiableMap(tensors);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import dev.weft.pipeline.ModuleDir;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A module's folder with a configuration and tensors from memory. */
record FakeModuleDir(String json, Map<String, NDArray> tensors) implements ModuleDir {

  static FakeModuleDir of(String json) {
    return new FakeModuleDir(json, Map.of());
  }

  @Override
  public String label(String file) {
    return "fake/" + file;
  }

  @Override
  public Optional<String> text(String file) {
    return file.equals("config.json") ? Optional.of(json) : Optional.empty();
  }

  @Override
  public Optional<Json> findConfig(String... files) {
    return Optional.of(config(files[0]));
  }

  @Override
  public Json config(String file) {
    return Json.parse(label(file), json);
  }

  @Override
  public Weights weights() {
    return new Weights() {
      @Override
      public Set<String> names() {
        return tensors.keySet();
      }

      @Override
      public Device device() {
        return Device.cpu();
      }

      @Override
      public NDArray tensor(String name, long... shape) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
          throw new ModelException("no tensor " + name);
        }
        return tensor.reshape(shape);
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Release;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.Stage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A module's folder with a configuration and tensors from memory.
 *
 * @param owner the device, for modules that make arrays of their own
 */
record FakeModuleDir(
    Map<String, String> texts,
    Map<String, NDArray> tensors,
    Optional<NDManager> owner,
    Optional<Release> writtenBy)
    implements ModuleDir {

  FakeModuleDir(Map<String, String> texts, Map<String, NDArray> tensors) {
    this(texts, tensors, Optional.empty(), Optional.empty());
  }

  FakeModuleDir(String json, Map<String, NDArray> tensors) {
    this(Map.of("config.json", json), tensors);
  }

  static FakeModuleDir of(String json) {
    return new FakeModuleDir(json, Map.of());
  }

  static FakeModuleDir of(String file, String json) {
    return new FakeModuleDir(Map.of(file, json), Map.of());
  }

  FakeModuleDir on(NDManager device) {
    return new FakeModuleDir(texts, tensors, Optional.of(device), writtenBy);
  }

  FakeModuleDir writtenBy(String release) {
    return new FakeModuleDir(texts, tensors, owner, Release.parse(release));
  }

  @Override
  public String label(String file) {
    return "fake/" + file;
  }

  @Override
  public Optional<String> text(String file) {
    return Optional.ofNullable(texts.get(file));
  }

  @Override
  public Optional<Json> findConfig(String... files) {
    return Arrays.stream(files)
        .filter(texts::containsKey)
        .findFirst()
        .map(file -> Json.parse(label(file), texts.get(file)));
  }

  @Override
  public Json config(String file) {
    return findConfig(file).orElseThrow(() -> new ModelException(label(file) + ": no such file"));
  }

  @Override
  public List<String> files() {
    return texts.keySet().stream().sorted().toList();
  }

  @Override
  public Optional<Path> file(String file) {
    return Optional.of(Path.of("fake", file)).filter(path -> texts.containsKey(file));
  }

  @Override
  public Backend backend() {
    return Backend.TORCH;
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
      public long[] shape(String name) {
        return find(name).getShape().getShape();
      }

      @Override
      public NDArray tensor(String name, long... shape) {
        return find(name).reshape(shape);
      }

      private NDArray find(String name) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
          throw new ModelException("no tensor " + name);
        }
        return tensor;
      }

      @Override
      public Map<String, TensorData> stored() {
        return tensors.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> TensorData.of(e.getValue())));
      }
    };
  }

  @Override
  public NDManager device() {
    return owner.orElseThrow();
  }

  @Override
  public Stage stage(Json config, String folder, String type) {
    throw new ModelException("no folder " + folder);
  }
}

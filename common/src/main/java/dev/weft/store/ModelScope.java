// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.NDManager;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.ModuleDir;
import java.nio.file.Path;

/**
 * What a pipeline that is built in Java is made from: the device its arrays live on, and folders of
 * models to take modules from. Used while the pipeline is built, by one thread.
 */
public final class ModelScope {
  private final ModuleRegistry registry = ModuleRegistry.standard();
  private final NDManager device;
  private final Backend backend;

  /** Leaves the device to the caller, who closes it after the pipeline. */
  public ModelScope(NDManager device) {
    this(device, Backend.TORCH);
  }

  /**
   * The same, with what runs the transformers.
   *
   * @param backend used where a transformer's builder is not told another
   */
  public ModelScope(NDManager device, Backend backend) {
    this.device = device;
    this.backend = backend;
  }

  /** Owns the arrays of every module. */
  public NDManager device() {
    return device;
  }

  /**
   * A model's folder, or one with a part of a model, such as a tokenizer.
   *
   * @param model what {@link ModelSource} takes: a directory, a {@code .zip}, an address, a hub id
   * @throws dev.weft.config.ModelException if there is none
   */
  public ModuleDir folder(String model) {
    return folder(source().find(model));
  }

  /**
   * A model's folder, downloads being kept in {@code cache_dir}.
   *
   * @param cacheDir stands for the hub cache of the environment
   */
  public ModuleDir folder(String model, Path cacheDir) {
    return folder(source().withHubCache(cacheDir).find(model));
  }

  private ModelSource source() {
    return ModelSource.fromEnvironment().withBackend(backend);
  }

  private ModuleDir folder(Path directory) {
    return ModelDir.part(directory).folder(registry, device, backend);
  }

  /** A model as {@link ModelSource} finds it, with what a backend runs. */
  public static ModelDir open(String model, Backend backend) {
    return ModelDir.open(ModelSource.fromEnvironment().withBackend(backend).find(model));
  }
}

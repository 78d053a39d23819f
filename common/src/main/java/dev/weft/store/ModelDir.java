// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.NDManager;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Transformer;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model in the directory layout of sentence-transformers, or a plain Hugging Face directory,
 * which stands for Transformer and mean Pooling. Opening it reads nothing but small JSON files.
 * Immutable.
 */
public final class ModelDir {
  private static final String MODULES = "modules.json";
  private static final String SETTINGS = "config_sentence_transformers.json";

  private final Path root;

  private ModelDir(Path root) {
    this.root = root;
  }

  /**
   * Opens a directory.
   *
   * @throws ModelException if it is not there or holds no model
   */
  public static ModelDir open(Path root) {
    if (!Files.isDirectory(root)) {
      throw new ModelException(root + ": no such directory; give a model directory or a hub id");
    }
    if (!Files.exists(root.resolve(MODULES)) && !Files.exists(root.resolve("config.json"))) {
      throw new ModelException(
          root + ": neither " + MODULES + " nor config.json is there; this is no model directory");
    }
    return new ModelDir(root);
  }

  /** Where the directory is. */
  public Path root() {
    return root;
  }

  /** {@code config_sentence_transformers.json}: prompts and defaults; empty where there is none. */
  public ModelSettings settings() {
    FilesOfModule files = new FilesOfModule(root, "", Optional.empty());
    return ModelSettings.parse(files.findConfig(SETTINGS).orElseGet(() -> Json.empty(SETTINGS)));
  }

  /**
   * Reads every module with its weights.
   *
   * @param registry which types there are
   * @param device owns the weights; the caller closes it after the pipeline
   */
  public Pipeline load(ModuleRegistry registry, NDManager device) {
    List<Module> modules = new ArrayList<>();
    try {
      read(registry, device, modules);
      return new Pipeline(modules);
    } catch (RuntimeException e) {
      modules.forEach(Module::close);
      throw e;
    }
  }

  private void read(ModuleRegistry registry, NDManager device, List<Module> modules) {
    Optional<String> list = files("", device).text(MODULES);
    if (list.isEmpty()) {
      Transformer transformer = Transformer.load(files("", device));
      modules.add(transformer);
      modules.add(new Pooling(transformer.width(0), PoolingMode.MEAN));
      return;
    }
    String label = root.resolve(MODULES).toString();
    for (Json entry : Json.parseArray(label, list.get())) {
      String path = entry.findString("path").orElse("");
      modules.add(registry.find(label, entry.string("type")).load(files(path, device)));
    }
  }

  private FilesOfModule files(String path, NDManager device) {
    return new FilesOfModule(root, path, Optional.of(device));
  }

  /** A whole small file as text. */
  static String read(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_TEXT) {
        throw new ModelException(file + ": " + size + " bytes is too large for a text file");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
    }
  }

  /** Tokenizers of large vocabularies reach tens of megabytes. */
  private static final long MAX_TEXT = 512L << 20;
}

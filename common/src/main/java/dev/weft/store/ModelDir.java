// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.NDManager;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Release;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Transformer;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.Pipeline;
import dev.weft.pipeline.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in the directory layout of sentence-transformers, or a plain Hugging Face directory,
 * which stands for Transformer and mean Pooling, or that of the last token where it is a causal
 * language model. Opening it reads nothing but small JSON files. Immutable.
 */
public final class ModelDir {
  static final String MODULES = "modules.json";
  private static final String SETTINGS = "config_sentence_transformers.json";

  private static final Logger LOG = LoggerFactory.getLogger(ModelDir.class);

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
    ModelDir dir = part(root);
    if (!Files.exists(root.resolve(MODULES)) && !Files.exists(root.resolve("config.json"))) {
      throw new ModelException(
          root + ": neither " + MODULES + " nor config.json is there; this is no model directory");
    }
    return dir;
  }

  /** Opens a directory that may hold a part of a model only, such as a tokenizer. */
  static ModelDir part(Path root) {
    if (!Files.isDirectory(root)) {
      throw new ModelException(root + ": no such directory; give a model directory or a hub id");
    }
    return new ModelDir(root);
  }

  /** Where the directory is. */
  public Path root() {
    return root;
  }

  /** {@code config_sentence_transformers.json}: prompts and defaults; empty where there is none. */
  public ModelSettings settings() {
    return ModelSettings.parse(json(SETTINGS));
  }

  /**
   * Width of the vectors before they are cut, as the modules' configurations declare it. Nothing is
   * checked and no weights are read, which need not even be there.
   *
   * @param task chooses the route of a Router
   * @return empty where the files do not say
   */
  public OptionalInt declaredWidth(Optional<String> task) {
    return DeclaredWidth.of(root, task);
  }

  private Json json(String file) {
    Path path = root.resolve(file);
    return find(path)
        .map(text -> Json.parse(path.toString(), text))
        .orElseGet(() -> Json.empty(path.toString()));
  }

  /**
   * Reads every module with its weights.
   *
   * @param registry which types there are
   * @param device owns the weights; the caller closes it after the pipeline
   * @param backend runs the transformers
   */
  public Pipeline load(ModuleRegistry registry, NDManager device, Backend backend) {
    ModuleDir files = folder(registry, device, backend);
    List<Stage> stages = new ArrayList<>();
    try {
      read(files, stages);
      return new Pipeline(stages);
    } catch (RuntimeException e) {
      stages.forEach(Stage::close);
      throw e;
    }
  }

  private static void read(ModuleDir files, List<Stage> stages) {
    Optional<String> list = files.text(MODULES);
    if (list.isEmpty()) {
      warnOfTemplate(files);
      Transformer transformer = Transformer.load(files);
      stages.add(transformer);
      stages.add(new Pooling(transformer.width(0), poolingOf(files.config("config.json"))));
      return;
    }
    for (Json entry : Json.parseArray(files.label(MODULES), list.get())) {
      stages.add(files.stage(entry, entry.findString("path").orElse(""), entry.string("type")));
    }
  }

  /** Where there are modules, their settings say whether texts go through it. */
  private static void warnOfTemplate(ModuleDir files) {
    boolean configured =
        files.findConfig("tokenizer_config.json").filter(c -> c.has("chat_template")).isPresent();
    if (configured || files.text("chat_template.jinja").isPresent()) {
      LOG.warn(
          "{}: embeds the texts themselves; sentence-transformers 5.4 and later put each into the"
              + " tokenizer's chat template, as no modules.json says otherwise",
          files.label("config.json"));
    }
  }

  /** A language model that only looks back has seen the whole text at its last token alone. */
  private static PoolingMode poolingOf(Json config) {
    boolean causal =
        config.strings("architectures").stream().limit(1).anyMatch(a -> a.endsWith("ForCausalLM"))
            && config.findBool("is_causal").orElse(true);
    return causal ? PoolingMode.LASTTOKEN : PoolingMode.MEAN;
  }

  /** The root folder, for a module that is built from it alone. */
  ModuleDir folder(ModuleRegistry registry, NDManager device, Backend backend) {
    Optional<Release> writtenBy =
        json(SETTINGS)
            .object("__version__")
            .findString("sentence_transformers")
            .flatMap(Release::parse);
    return new FilesOfModule(
        root, "", new FilesOfModule.Opening(registry, device, backend, writtenBy));
  }

  /** A whole small file as text, if it is there. */
  static Optional<String> find(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      long size = Files.size(file);
      if (size > MAX_TEXT) {
        throw new ModelException(file + ": " + size + " bytes is too large for a text file");
      }
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read as UTF-8 text (" + e.getMessage() + ")", e);
    }
  }

  /** Tokenizers of large vocabularies reach tens of megabytes. */
  private static final long MAX_TEXT = 512L << 20;
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.module.Pooling;
import dev.weft.pipeline.Features;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The width of a model's vectors as its configurations declare it, read from the last module
 * backwards, up to the first that says its own.
 */
final class DeclaredWidth {
  private static final String CONFIG = "config.json";

  /** They hand on vectors of the width they get. */
  private static final Set<String> KEEPING = Set.of("Normalize", "Dropout");

  /** What architectures call the width of their last hidden state. */
  private static final String[] HIDDEN = {"hidden_size", "d_model", "dim"};

  private static final String SENTENCE_EMBEDDING = Features.SENTENCE_EMBEDDING.name();

  private static final int MAX_DEPTH = 8;

  private final Optional<String> task;

  private DeclaredWidth(Optional<String> task) {
    this.task = task;
  }

  /** A module and where its files are. */
  private record Entry(Path folder, String type) {
    /** Empty for a type that is not the reference's. */
    String name() {
      return ModuleRegistry.nameInReference(type).orElse("");
    }

    Json config(String... files) {
      return Stream.of(files)
          .flatMap(file -> json(folder.resolve(file)).stream())
          .findFirst()
          .orElseGet(() -> Json.empty(folder.toString()));
    }
  }

  static OptionalInt of(Path root, Optional<String> task) {
    Path list = root.resolve(ModelDir.MODULES);
    Optional<String> modules = ModelDir.find(list);
    if (modules.isEmpty()) {
      return json(root.resolve(CONFIG))
          .map(config -> integer(config, HIDDEN))
          .orElseGet(OptionalInt::empty);
    }
    List<Entry> entries = new ArrayList<>();
    for (Json entry : Json.parseArray(list.toString(), modules.get())) {
      String path = entry.findString("path").orElse("");
      entries.add(
          new Entry(
              path.isEmpty() || path.equals(".") ? root : inside(root, path),
              entry.string("type")));
    }
    return new DeclaredWidth(task).last(entries, 0);
  }

  private static Path inside(Path folder, String path) {
    if (!SafePath.isInside(path)) {
      throw new ModelException(folder + ": module path \"" + path + "\" leaves the directory");
    }
    return folder.resolve(path);
  }

  private static Optional<Json> json(Path file) {
    return ModelDir.find(file).map(text -> Json.parse(file.toString(), text));
  }

  private static OptionalInt integer(Json config, String... keys) {
    return config.findInteger(keys).map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  private OptionalInt last(List<Entry> entries, int depth) {
    for (int i = entries.size() - 1; i >= 0 && depth < MAX_DEPTH; i--) {
      Entry entry = entries.get(i);
      boolean absent = entry.name().equals("Asym") && task.isEmpty();
      if (!absent && !KEEPING.contains(entry.name())) {
        return width(entry, depth);
      }
    }
    return OptionalInt.empty();
  }

  private OptionalInt width(Entry entry, int depth) {
    return switch (entry.name()) {
      case "Pooling" -> OptionalInt.of(Pooling.parse(entry.config(CONFIG)).width());
      case "Dense" -> dense(entry.config(CONFIG));
      case "LayerNorm" -> integer(entry.config(CONFIG), "dimension");
      case "BoW" -> OptionalInt.of(bagOfWords(entry.config(CONFIG)));
      case "StaticEmbedding" -> table(entry.folder());
      case "Router", "Asym" -> routes(entry, depth);
      default -> OptionalInt.empty();
    };
  }

  /** A word that is there twice has one column. */
  private static int bagOfWords(Json config) {
    return (int) config.strings("vocab").stream().distinct().count();
  }

  /** Not that of other features, nor of a GLU, which halves its vectors. */
  private static OptionalInt dense(Json config) {
    String output =
        config.findString("module_output_name", "module_input_name").orElse(SENTENCE_EMBEDDING);
    boolean halves =
        config.findString("activation_function").filter(a -> a.endsWith(".GLU")).isPresent();
    return halves || !output.equals(SENTENCE_EMBEDDING)
        ? OptionalInt.empty()
        : integer(config, "out_features");
  }

  /** From the header of the weights. */
  private static OptionalInt table(Path folder) {
    TensorFile file = WeightFiles.open(folder);
    return Stream.of("embedding.weight", "embeddings")
        .filter(file.names()::contains)
        .map(name -> file.entry(name).shape())
        .filter(shape -> shape.length == 2)
        .mapToInt(shape -> (int) shape[1])
        .findFirst();
  }

  private OptionalInt routes(Entry router, int depth) {
    Json config = router.config("router_config.json", CONFIG);
    Json structure = config.object("structure");
    List<String> chosen =
        structure.keys().stream().filter(key -> task.isEmpty() || task.get().equals(key)).toList();
    int[] widths =
        (chosen.isEmpty() ? structure.keys() : chosen)
            .stream()
                .map(key -> last(route(router, config, structure.strings(key)), depth + 1))
                .mapToInt(width -> width.orElse(0))
                .distinct()
                .toArray();
    return widths.length == 1 && widths[0] > 0 ? OptionalInt.of(widths[0]) : OptionalInt.empty();
  }

  private static List<Entry> route(Entry router, Json config, List<String> ids) {
    Json types = config.object("types");
    return ids.stream()
        .map(id -> new Entry(inside(router.folder(), id), types.string(id)))
        .toList();
  }
}

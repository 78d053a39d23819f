// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Tells whether a snapshot of a cache can be loaded: Python fetches file by file. */
final class HubSnapshot {
  private static final Set<String> WEIGHTLESS =
      Set.of("BoW", "Dropout", "Normalize", "Pooling", "WordWeights");

  private static final String INDEX = ".index.json";

  private HubSnapshot() {}

  /** Whether it has a configuration and weights, or needs no weights. */
  static boolean isComplete(Path snapshot, HubSelection selection) {
    Path modules = snapshot.resolve("modules.json");
    boolean list = Files.isRegularFile(modules);
    if (!list && !Files.isRegularFile(snapshot.resolve("config.json"))) {
      return false;
    }
    List<Path> files = files(snapshot);
    if (files.stream().anyMatch(file -> selection.isWeights(file.toString()))) {
      return files.stream()
          .filter(file -> file.toString().endsWith(INDEX))
          .filter(index -> isIndexOfWeightsInUse(index))
          .allMatch(HubSnapshot::hasShards);
    }
    return list
        && Json.parseArray(modules.toString(), ModelDir.find(modules).orElse("[]")).stream()
            .map(module -> module.string("type"))
            .allMatch(type -> WEIGHTLESS.contains(type.substring(type.lastIndexOf('.') + 1)));
  }

  private static List<Path> files(Path snapshot) {
    try (Stream<Path> files = Files.walk(snapshot)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException | UncheckedIOException e) {
      throw new ModelException(snapshot + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /** A listing may have an index of torch's shards beside weights that are read before them. */
  private static boolean isIndexOfWeightsInUse(Path index) {
    String name = index.getFileName().toString();
    List<String> before =
        switch (name) {
          case "model.safetensors.index.json" -> List.of("model.safetensors");
          case "pytorch_model.bin.index.json" ->
              List.of("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin");
          default -> List.of(name);
        };
    return before.stream().map(index::resolveSibling).noneMatch(Files::isRegularFile);
  }

  private static boolean hasShards(Path index) {
    Json shards =
        Json.parse(index.toString(), ModelDir.find(index).orElse("{}")).object("weight_map");
    return shards.keys().stream()
        .map(tensor -> shards.string(tensor))
        .distinct()
        .allMatch(shard -> SafePath.isInside(shard) && Files.exists(index.resolveSibling(shard)));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Weights in several files, under an index whose {@code weight_map} says which tensor is in which.
 * The names of the files are somebody else's: only those of files beside the index are taken. A
 * shard is opened when the first of its tensors is asked for. Mutable inside, for any threads.
 */
final class Shards implements TensorFile {
  private static final String MAP = "weight_map";

  /** Names that stay in the folder, and are names, on every system. */
  private static final Pattern PLAIN = Pattern.compile("[ -~&&[^/\\\\:]]+");

  private final Path index;
  private final Function<Path, TensorFile> reader;
  private final Map<String, Path> files;
  private final Map<Path, TensorFile> opened = new HashMap<>();

  private Shards(Path index, Function<Path, TensorFile> reader, Map<String, Path> files) {
    this.index = index;
    this.reader = reader;
    this.files = files;
  }

  /**
   * Reads the index; every shard must be there.
   *
   * @param reader opens one shard
   * @throws ModelException if it names no files, one outside its folder, or one that is missing
   */
  static Shards open(Path index, Function<Path, TensorFile> reader) {
    Json json = Json.parse(index.toString(), ModelDir.find(index).orElse("{}"));
    if (!json.has(MAP)) {
      throw new ModelException(
          index + ": required key \"" + MAP + "\" is missing; this is no index of weights");
    }
    Json map = json.object(MAP);
    Map<String, Path> shards = new HashMap<>();
    Map<String, Path> files = new LinkedHashMap<>();
    for (String tensor : map.keys()) {
      String name = map.string(tensor);
      files.put(tensor, shards.computeIfAbsent(name, n -> shard(index, tensor, n)));
    }
    return new Shards(index, reader, Collections.unmodifiableMap(files));
  }

  private static Path shard(Path index, String tensor, String name) {
    if (!PLAIN.matcher(name).matches() || name.equals(".") || name.equals("..")) {
      throw new ModelException(
          index
              + ": tensor \""
              + tensor
              + "\" is said to be in \""
              + name
              + "\", but a shard must be a file beside its index");
    }
    Path file = index.resolveSibling(name);
    if (!Files.isRegularFile(file)) {
      throw new ModelException(
          file
              + ": no such file, but "
              + index.getFileName()
              + " says that tensor \""
              + tensor
              + "\" is in it; fetch all shards of the model");
    }
    return file;
  }

  @Override
  public Set<String> names() {
    return files.keySet();
  }

  @Override
  public TensorEntry entry(String name) {
    Path file = files.get(name);
    if (file == null) {
      throw TensorFile.missing(index, name, files.keySet());
    }
    TensorFile shard = opened(file);
    if (!shard.names().contains(name)) {
      throw new ModelException(
          file
              + ": tensor \""
              + name
              + "\" is missing, but "
              + index.getFileName()
              + " says that it is in this shard; fetch index and shards of one revision");
    }
    return shard.entry(name);
  }

  private synchronized TensorFile opened(Path file) {
    return opened.computeIfAbsent(file, reader);
  }
}

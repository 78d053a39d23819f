// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import ai.djl.ndarray.NDManager;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Release;
import dev.weft.config.Weights;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one module. Paths of {@code modules.json} are somebody else's: absolute ones, drive
 * letters and {@code ..} are refused. Symbolic links are followed, as a hub cache is made of them.
 */
final class FilesOfModule implements ModuleDir {
  /** A Router whose folder is its own, or a link to it, would be read without end. */
  private static final int MAX_DEPTH = 8;

  private static final int DEPTH = 4;

  private final Path folder;
  private final Opening opening;

  /**
   * What holds for every folder of a model that is being opened.
   *
   * @param registry which types there are
   * @param device owns the weights
   * @param backend runs its transformers
   * @param writtenBy the release that wrote the model
   * @param depth how many stages the folder is inside of
   */
  record Opening(
      ModuleRegistry registry,
      NDManager device,
      Backend backend,
      Optional<Release> writtenBy,
      int depth) {
    Opening(
        ModuleRegistry registry, NDManager device, Backend backend, Optional<Release> writtenBy) {
      this(registry, device, backend, writtenBy, 0);
    }

    Opening deeper() {
      return new Opening(registry, device, backend, writtenBy, depth + 1);
    }
  }

  FilesOfModule(Path root, String path, Opening opening) {
    this.folder = inside(root, path);
    this.opening = opening;
  }

  private static Path inside(Path root, String path) {
    boolean unsafe =
        path.startsWith("/")
            || path.indexOf('\\') >= 0
            || path.indexOf('\0') >= 0
            || path.indexOf(':') >= 0;
    if (!unsafe) {
      // A relative root, such as "." or "..", has no beginning to compare with.
      Path whole = root.toAbsolutePath().normalize();
      if (whole.resolve(path).normalize().startsWith(whole)) {
        return root.resolve(path).normalize();
      }
    }
    throw new ModelException(root + ": module path \"" + path + "\" leaves the model directory");
  }

  @Override
  public String label(String file) {
    return folder.resolve(file).toString();
  }

  @Override
  public Optional<String> text(String file) {
    return ModelDir.find(folder.resolve(file));
  }

  @Override
  public Optional<Json> findConfig(String... files) {
    for (String file : files) {
      Optional<String> text = text(file);
      if (text.isPresent()) {
        return Optional.of(Json.parse(label(file), text.get()));
      }
    }
    return Optional.empty();
  }

  @Override
  public Json config(String file) {
    return findConfig(file)
        .orElseThrow(
            () ->
                new ModelException(
                    label(file) + ": no such file; the model directory is incomplete"));
  }

  @Override
  public List<String> files() {
    try (Stream<Path> files = Files.walk(folder, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new ModelException(folder + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  @Override
  public Optional<Path> file(String file) {
    return Optional.of(inside(folder, file)).filter(Files::isRegularFile);
  }

  @Override
  public Weights weights() {
    return new FileWeights(WeightFiles.open(folder), new TensorReader(device()));
  }

  @Override
  public NDManager device() {
    return opening.device();
  }

  @Override
  public Backend backend() {
    return opening.backend();
  }

  @Override
  public Stage stage(Json config, String path, String type) {
    if (opening.depth() == MAX_DEPTH) {
      throw new ModelException(
          config.file() + ": \"" + path + "\" is nested more than " + MAX_DEPTH + " stages deep");
    }
    ModuleDir dir = new FilesOfModule(folder, path, opening.deeper());
    return opening.registry().find(config.file(), type).load(dir);
  }

  @Override
  public Optional<Release> writtenBy() {
    return opening.writtenBy();
  }
}

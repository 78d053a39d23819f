// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.pipeline.Backend;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where models come from. A model is a directory; a {@code .zip} of one; either as a {@code file:}
 * address; an address that a {@link ModelFetcher} serves; or a hub id. All but the first are kept
 * in a cache of the machine and made there once, whatever the number of threads and processes.
 * Immutable.
 */
public final class ModelSource {
  /** A drive letter of Windows is no scheme. */
  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private final Hub hub;
  private final NodeCache cache;
  private final HubProgress progress;
  private final HubSelection selection;

  ModelSource(Hub hub, NodeCache cache, HubProgress progress) {
    this(hub, cache, progress, HubSelection.TORCH);
  }

  private ModelSource(Hub hub, NodeCache cache, HubProgress progress, HubSelection selection) {
    this.hub = hub;
    this.cache = cache;
    this.progress = progress;
    this.selection = selection;
  }

  /**
   * As the environment says: {@link Hub#fromEnvironment}, and {@code WEFT_CACHE} for what is
   * unpacked or copied, else {@code weft} in {@code XDG_CACHE_HOME} or {@code ~/.cache}.
   */
  public static ModelSource fromEnvironment() {
    return new ModelSource(
        Hub.fromEnvironment(), NodeCache.parse(System.getenv()), HubProgress.QUIET);
  }

  /** The same, which tells how far downloads have come. */
  public ModelSource withProgress(HubProgress listener) {
    return new ModelSource(hub.withProgress(listener), cache, listener, selection);
  }

  ModelSource withHubCache(Path directory) {
    return new ModelSource(hub.withCache(directory), cache, progress, selection);
  }

  /** The same, which fetches what a backend runs; torch's weights without this. */
  public ModelSource withBackend(Backend backend) {
    return new ModelSource(hub.withBackend(backend), cache, progress, new HubSelection(backend));
  }

  /**
   * The directory of a model; that it holds one is not checked.
   *
   * @param model a directory, a {@code .zip}, an address or a hub id
   * @throws ModelException if it cannot be had, saying why
   */
  public Path find(String model) {
    if (ADDRESS.matcher(model).matches() && !Files.exists(Path.of(model))) {
      return address(model);
    }
    Path path = Path.of(model);
    boolean local = Files.exists(path) || !Hub.isId(model) || model.endsWith(".zip");
    return local ? local(path) : hub.resolve(model);
  }

  /**
   * The directory of a model, if it is one here or in the hub cache; nothing is fetched or
   * unpacked.
   */
  public Optional<Path> findPresent(String model) {
    try {
      Path path = model.startsWith("file:") ? Path.of(URI.create(model)) : Path.of(model);
      return Files.isDirectory(path) ? Optional.of(path) : hub.findCached(model);
    } catch (IllegalArgumentException e) { // no path
      return Optional.empty();
    }
  }

  private Path local(Path path) {
    boolean zip = path.toString().endsWith(".zip");
    if (zip && !Files.exists(path)) {
      throw new ModelException(path + ": no such file; give a model directory, a .zip or a hub id");
    }
    return zip && !Files.isDirectory(path) ? ZipModel.open(path, cache) : path;
  }

  private Path address(String model) {
    URI uri;
    try {
      uri = new URI(model);
    } catch (URISyntaxException e) {
      throw new ModelException(
          model + ": no address (" + e.getMessage() + "); write a space as %20", e);
    }
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("file")) {
      return RemoteModel.fetch(uri, fetcher(model, scheme), selection, cache, progress);
    }
    try {
      return local(Path.of(uri));
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          model + ": no address of a file here (" + e.getMessage() + "); write file:/dir/model", e);
    }
  }

  private static ModelFetcher fetcher(String model, String scheme) {
    return Stream.of(
            ModelFetcher.class.getClassLoader(), Thread.currentThread().getContextClassLoader())
        .flatMap(loader -> ServiceLoader.load(ModelFetcher.class, loader).stream())
        .map(ServiceLoader.Provider::get)
        .filter(fetcher -> fetcher.serves(scheme))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    model
                        + ": nobody here reads \""
                        + scheme
                        + ":\"; inside Spark and Flink their file systems are used, elsewhere"
                        + " copy the model to a local directory or provide a ModelFetcher"));
  }
}

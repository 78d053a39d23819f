// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * One revision of one model in a cache laid out as {@code huggingface_hub} does: {@code
 * refs/<revision>} names a commit, {@code snapshots/<commit>} holds its files. Python links them
 * into {@code blobs}; plain files serve its readers as well, and are what is written here.
 */
final class HubCache {
  private static final Set<String> WEIGHTLESS =
      Set.of("BoW", "Dropout", "Normalize", "Pooling", "WordWeights");

  private final Path root;
  private final String revision;

  HubCache(Path cache, String name, String revision) {
    this.root = cache.resolve("models--" + name.replace("/", "--"));
    this.revision = revision;
  }

  /** The snapshot, if it holds a model. */
  Optional<Path> find() {
    Path ref = ref();
    String commit = ModelDir.find(ref).map(String::strip).orElse(revision);
    return Optional.of(commit)
        .filter(HubListing.COMMIT.asMatchPredicate())
        .map(this::snapshot)
        .filter(HubCache::complete);
  }

  /** Python fetches file by file, so a snapshot may be there before its weights are. */
  private static boolean complete(Path snapshot) {
    Path modules = snapshot.resolve("modules.json");
    boolean list = Files.isRegularFile(modules);
    if (!list && !Files.isRegularFile(snapshot.resolve("config.json"))) {
      return false;
    }
    try (Stream<Path> files = Files.walk(snapshot)) {
      if (files.anyMatch(f -> isWeights(f.toString()) && Files.isRegularFile(f))) {
        return true;
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ModelException(snapshot + ": cannot be read (" + e.getMessage() + ")", e);
    }
    return list
        && Json.parseArray(modules.toString(), ModelDir.find(modules).orElse("[]")).stream()
            .map(module -> module.string("type"))
            .allMatch(type -> WEIGHTLESS.contains(type.substring(type.lastIndexOf('.') + 1)));
  }

  private static boolean isWeights(String file) {
    return file.endsWith(".safetensors") || file.endsWith("pytorch_model.bin");
  }

  /**
   * Fetches what a snapshot lacks, makes it visible at once, and points the revision at it.
   *
   * @param source writes the file of a name to a path
   * @return the snapshot
   */
  Path store(HubListing listing, BiConsumer<String, Path> source) {
    Path snapshot = snapshot(listing.commit());
    Path scratch = root.resolve(unique());
    try {
      Files.createDirectories(scratch);
      for (String file : listing.files()) {
        if (!Files.exists(snapshot.resolve(file))) {
          source.accept(file, withFolder(scratch.resolve(file)));
        }
      }
      publish(scratch, snapshot, listing.files());
      if (!revision.equals(listing.commit())) {
        Path ref = Files.writeString(root.resolve(unique()), listing.commit());
        Files.move(ref, withFolder(ref()), StandardCopyOption.ATOMIC_MOVE);
      }
      return snapshot;
    } catch (IOException e) {
      throw new ModelException(
          root + ": cannot be written (" + e + "); set HF_HUB_CACHE to a directory that can", e);
    } finally {
      delete(scratch);
    }
  }

  private static void publish(Path scratch, Path snapshot, List<String> files) throws IOException {
    try {
      Files.move(scratch, withFolder(snapshot), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(snapshot)) {
        throw e;
      }
      // Somebody else was faster, or had begun: a commit never changes, so theirs are kept.
      // Weights come last, since they make a snapshot count as complete.
      for (String file :
          files.stream().sorted(Comparator.comparing(HubCache::isWeights)).toList()) {
        if (!Files.exists(snapshot.resolve(file))) {
          Files.move(
              scratch.resolve(file),
              withFolder(snapshot.resolve(file)),
              StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }

  /** Not the JDK's temporary files: those are closed to other users of a shared cache. */
  private static String unique() {
    return ".weft-" + UUID.randomUUID();
  }

  private static Path withFolder(Path file) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    return file;
  }

  private static void delete(Path scratch) {
    if (Files.exists(scratch)) {
      try (Stream<Path> files = Files.walk(scratch)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException | UncheckedIOException e) {
        // What is left takes room but is never read; the error that led here matters more.
      }
    }
  }

  private Path ref() {
    return root.resolve("refs").resolve(revision);
  }

  private Path snapshot(String commit) {
    return root.resolve("snapshots").resolve(commit);
  }
}

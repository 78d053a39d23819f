// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One revision of one model in a cache laid out as {@code huggingface_hub} does: {@code blobs}
 * holds files named by their hash, {@code snapshots/<commit>} links to them under their names,
 * {@code refs/<revision>} names a commit. Where there are no symbolic links, a snapshot holds the
 * files themselves, as Python does it there.
 *
 * <p>Python's lock is of another kind than Java's and its downloads do not rely on it; so neither
 * side waits for the other, and both only ever rename whole files into place.
 */
final class HubCache {
  private static final String PARTIAL = ".weft-partial";

  private final Path root;
  private final Path lock;
  private final String revision;
  private final HubSelection selection;

  HubCache(Path cache, String name, String revision, HubSelection selection) {
    String folder = "models--" + name.replace("/", "--");
    this.root = cache.resolve(folder);
    this.lock = cache.resolve(".locks").resolve(folder).resolve("weft.lock");
    this.revision = revision;
    this.selection = selection;
  }

  /** Fetches one file. */
  interface Source {
    /** Writes a file to where its partial one is; returns the hash it was compared with. */
    Optional<HubHash> fetch(HubFile file, HubPartial partial);
  }

  /** The snapshot, if it holds a model. */
  Optional<Path> find() {
    String commit = ModelDir.find(ref()).map(String::strip).orElse(revision);
    return Optional.of(commit)
        .filter(HubListing.COMMIT.asMatchPredicate())
        .map(this::snapshot)
        .filter(snapshot -> HubSnapshot.isComplete(snapshot, selection));
  }

  /** The files of a listing that are not there yet. */
  List<HubFile> missing(HubListing listing) {
    return listing.files().stream()
        .filter(file -> !Files.exists(snapshot(listing.commit()).resolve(file.path())))
        .toList();
  }

  /**
   * Fetches what a snapshot lacks, makes it visible at once, and points the revision at it. Others
   * who want the same model wait, and then find it.
   *
   * @return the snapshot
   */
  Path store(HubListing listing, Source source) {
    try {
      return ProcessLock.holding(lock, guard -> store(listing, source, guard));
    } catch (IOException e) {
      throw new ModelException(
          root + ": cannot be written (" + e + "); set HF_HUB_CACHE to a directory that can", e);
    }
  }

  private Path store(HubListing listing, Source source, ProcessLock.Guard guard)
      throws IOException {
    Path snapshot = snapshot(listing.commit());
    Path scratch = root.resolve(Scratch.name());
    // What may be shared with others at the same time is no place to go on from.
    boolean alone = guard == ProcessLock.Guard.LOCKED;
    Path partials = alone ? root.resolve(PARTIAL) : root.resolve(Scratch.name());
    try {
      Files.createDirectories(scratch);
      for (HubFile file : missing(listing)) {
        Path partial = partials.resolve(listing.commit()).resolve(file.path());
        add(file, new HubPartial(partial), source, scratch.resolve(file.path()));
      }
      publish(scratch, snapshot, listing);
      if (!revision.equals(listing.commit())) {
        Path ref = Files.writeString(root.resolve(Scratch.name()), listing.commit());
        Files.move(ref, withFolder(ref()), StandardCopyOption.ATOMIC_MOVE);
      }
      Scratch.delete(partials);
      return snapshot;
    } finally {
      Scratch.delete(scratch);
      if (!alone) {
        Scratch.delete(partials);
      }
    }
  }

  private void add(HubFile file, HubPartial partial, Source source, Path target)
      throws IOException {
    Optional<Path> present = file.hash().map(this::blob).filter(Files::isRegularFile);
    if (present.isPresent()) {
      place(present.get(), target, file.path());
      return;
    }
    Optional<HubHash> known = source.fetch(file, partial);
    Path fetched = partial.bytes();
    HubHash hash = known.isPresent() ? known.get() : HubHash.sha256(fetched);
    Path blob = withFolder(blob(hash));
    Files.move(fetched, blob, StandardCopyOption.ATOMIC_MOVE);
    partial.discard();
    place(blob, target, file.path());
  }

  /** The link is made for the snapshot, which is where the scratch folder will be. */
  private void place(Path blob, Path target, String path) throws IOException {
    Path folder = snapshot("commit").resolve(path).resolveSibling("");
    withFolder(target);
    try {
      Files.createSymbolicLink(target, folder.relativize(blob));
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(blob, target);
    }
  }

  private void publish(Path scratch, Path snapshot, HubListing listing) throws IOException {
    try {
      Files.move(scratch, withFolder(snapshot), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(snapshot)) {
        throw e;
      }
      // Somebody else was faster, or had begun: a commit never changes, so theirs are kept.
      // Weights come last, since they make a snapshot count as complete.
      for (String file :
          listing.files().stream()
              .map(HubFile::path)
              .sorted(Comparator.comparing(selection::isWeights))
              .toList()) {
        if (!Files.exists(snapshot.resolve(file))) {
          Files.move(
              scratch.resolve(file),
              withFolder(snapshot.resolve(file)),
              StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }

  private static Path withFolder(Path file) throws IOException {
    Files.createDirectories(file.resolveSibling(""));
    return file;
  }

  private Path blob(HubHash hash) {
    return root.resolve("blobs").resolve(hash.hex());
  }

  private Path ref() {
    return root.resolve("refs").resolve(revision);
  }

  private Path snapshot(String commit) {
    return root.resolve("snapshots").resolve(commit);
  }
}

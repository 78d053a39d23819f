// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A model in one file, to be brought to other machines: a {@code .zip} whose name is the hash of
 * its bytes, {@code weft-<SHA-256>.zip}. The same files make the same archive. Who opens an archive
 * of such a name checks the hash.
 */
public final class ModelArchive {
  private static final Pattern NAME = Pattern.compile("weft-([0-9a-f]{64})\\.zip");

  /** The first time a zip can hold. */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private ModelArchive() {}

  /**
   * Packs a model, hidden files left out.
   *
   * @param model what {@link ModelSource} takes
   * @param folder where the archive is made, under its name only when it is whole
   * @return the archive; if it was there already, it stays as it is
   * @throws ModelException if the model cannot be found or read
   */
  public static Path pack(String model, Path folder) {
    Path directory = ModelSource.fromEnvironment().find(model);
    Path scratch = folder.resolve(Scratch.name());
    try {
      Files.createDirectories(folder);
      write(directory, scratch);
      Path archive = folder.resolve("weft-" + HubHash.sha256(scratch).hex() + ".zip");
      if (!Files.exists(archive)) {
        Files.move(scratch, archive, StandardCopyOption.ATOMIC_MOVE);
      }
      return archive;
    } catch (IOException | UncheckedIOException e) {
      throw new ModelException(model + ": cannot be packed into " + folder + " (" + e + ")", e);
    } finally {
      Scratch.delete(scratch);
    }
  }

  private static void write(Path directory, Path target) throws IOException {
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(target), 1 << 16);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.setLevel(Deflater.NO_COMPRESSION); // weights do not shrink
      for (String name : files(directory)) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        zip.putNextEntry(entry);
        Files.copy(directory.resolve(name), zip);
        zip.closeEntry();
      }
    }
  }

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> found = Files.walk(directory, FileVisitOption.FOLLOW_LINKS)) {
      return found
          .filter(Files::isRegularFile)
          .map(file -> directory.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !name.startsWith(".") && !name.contains("/."))
          .sorted()
          .toList();
    }
  }

  /**
   * Checks a name against the content.
   *
   * @throws ModelException if the name is a hash, but of other bytes
   */
  static void check(Path file, String hash) {
    Optional<String> named =
        Optional.of(NAME.matcher(file.getFileName().toString()))
            .filter(Matcher::matches)
            .map(match -> match.group(1));
    if (named.isPresent() && !named.get().equals(hash)) {
      throw new ModelException(
          file + ": its SHA-256 is " + hash + ", not the one in its name; bring it here again");
    }
  }
}

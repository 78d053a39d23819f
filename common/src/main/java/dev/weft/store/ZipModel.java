// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A model directory in a zip archive, which somebody else may have made: names stay inside the
 * folder, links and other special files are refused, and nothing is written that the archive's list
 * does not announce.
 */
final class ZipModel {
  static final String FIX = "pack the model directory again, or point at the directory itself";

  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final int MOST_ENTRIES = 10_000;

  /** Weights shrink little and vocabularies to a fifth; 1000 is the most that deflate can do. */
  private static final long RATIO = 200;

  /** Smaller entries may shrink as they like. */
  private static final long HARMLESS = 1 << 20;

  private static final int FILE_TYPE = 0xf000;
  private static final List<Integer> PLAIN = List.of(0, 0x8000, 0x4000);

  private final Path file;
  private final FileChannel channel;
  private final ZipDirectory zip;

  private ZipModel(Path file, FileChannel channel, ZipDirectory zip) {
    this.file = file;
    this.channel = channel;
    this.zip = zip;
  }

  /** Unpacks an archive once a machine; the folder's name is the archive's hash. */
  static Path open(Path file, NodeCache cache) {
    String hash;
    try {
      hash = HubHash.sha256(file).hex();
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read (" + e + ")", e);
    }
    ModelArchive.check(file, hash);
    return top(cache.folder(file.toString(), hash, folder -> unpack(file, folder)));
  }

  /**
   * Unpacks an archive into an empty folder.
   *
   * @throws ModelException if it is broken or not to be trusted
   */
  static void unpack(Path file, Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ZipModel model = new ZipModel(file, channel, ZipDirectory.read(file, channel, FIX));
      model.check(folder);
      for (Map.Entry<String, ZipDirectory.Entry> entry : model.zip.entries().entrySet()) {
        model.write(entry.getKey(), entry.getValue(), folder);
      }
    }
  }

  /** The folder itself, or the only one in it where an archive holds the directory as such. */
  static Path top(Path folder) {
    if (isModel(folder)) {
      return folder;
    }
    try (Stream<Path> inside = Files.list(folder)) {
      List<Path> folders =
          inside.filter(Files::isDirectory).filter(f -> !f.endsWith("__MACOSX")).toList();
      return folders.size() == 1 && isModel(folders.get(0)) ? folders.get(0) : folder;
    } catch (IOException e) {
      throw new ModelException(folder + ": cannot be read (" + e + ")", e);
    }
  }

  private static boolean isModel(Path folder) {
    return Files.exists(folder.resolve("modules.json"))
        || Files.exists(folder.resolve("config.json"));
  }

  /** Everything that the list alone tells, before the first byte is written. */
  private void check(Path folder) throws IOException {
    if (zip.entries().size() > MOST_ENTRIES) {
      throw zip.broken(zip.entries().size() + " entries are more than any model has");
    }
    long packed = 0;
    long size = 0;
    for (Map.Entry<String, ZipDirectory.Entry> named : zip.entries().entrySet()) {
      check(named.getKey(), named.getValue());
      if (named.getValue().packed() > channel.size()) {
        throw zip.broken("entry \"" + named.getKey() + "\" is not in the file");
      }
      packed = Math.addExact(packed, named.getValue().packed());
      size = Math.addExact(size, named.getValue().size());
    }
    if (packed > channel.size()) {
      throw refused("its entries overlap: they take more room than the file");
    }
    long room = Files.getFileStore(folder).getUsableSpace();
    if (size > room) {
      throw refused(size + " bytes are in it, but " + folder + " has room for " + room);
    }
  }

  private void check(String name, ZipDirectory.Entry entry) {
    if (!SafePath.isInside(name.endsWith("/") ? name.substring(0, name.length() - 1) : name)) {
      throw refused("entry \"" + name + "\" leaves the directory");
    }
    if (!PLAIN.contains(entry.mode() & FILE_TYPE)) {
      throw refused("entry \"" + name + "\" is a link or another special file");
    }
    boolean known = entry.method() == DEFLATED || entry.method() == STORED;
    if (!known || entry.isEncrypted()) {
      throw refused(
          "entry \"" + name + "\" is encrypted, or compressed by another method than deflate");
    }
    if (entry.method() == STORED && entry.packed() != entry.size()) {
      throw refused("entry \"" + name + "\" has two sizes");
    }
    if (entry.size() > HARMLESS && entry.size() / RATIO > entry.packed()) {
      throw refused(
          "entry \""
              + name
              + "\" would grow from "
              + entry.packed()
              + " bytes to "
              + entry.size()
              + ", more than "
              + RATIO
              + " times");
    }
  }

  private void write(String name, ZipDirectory.Entry entry, Path folder) throws IOException {
    Path target = folder.resolve(name);
    try {
      if (name.endsWith("/")) {
        Files.createDirectories(target);
        return;
      }
      Files.createDirectories(target.resolveSibling(""));
      try (InputStream in = open(zip.packed(name, entry), entry.method());
          OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
        copy(name, entry, in, out);
      }
    } catch (FileSystemException e) {
      if (Files.exists(target)) {
        throw refused("entry \"" + name + "\" is in the way of another one");
      }
      throw e;
    }
  }

  private void copy(String name, ZipDirectory.Entry entry, InputStream in, OutputStream out)
      throws IOException {
    CheckedInputStream checked = new CheckedInputStream(in, new CRC32());
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    try {
      for (int count = checked.read(buffer); count >= 0; count = checked.read(buffer)) {
        total += count;
        if (total > entry.size()) {
          throw refused(
              "entry \"" + name + "\" is larger than the " + entry.size() + " bytes said");
        }
        out.write(buffer, 0, count);
      }
    } catch (java.util.zip.ZipException | java.io.EOFException e) {
      throw zip.broken("entry \"" + name + "\" cannot be unpacked (" + e.getMessage() + ")");
    }
    if (total != entry.size() || (int) checked.getChecksum().getValue() != entry.crc()) {
      throw zip.broken("entry \"" + name + "\" is damaged");
    }
  }

  private InputStream open(FileRange range, int method) throws IOException {
    channel.position(range.begin());
    InputStream packed = new BoundedInput(Channels.newInputStream(channel), range.size());
    return method == STORED ? packed : new Inflated(packed);
  }

  /** Frees its memory at once: the JDK leaves a given inflater to whoever gave it. */
  private static final class Inflated extends InflaterInputStream {
    Inflated(InputStream packed) {
      super(packed, new Inflater(true), 1 << 16);
    }

    @Override
    public void close() throws IOException {
      super.close();
      inf.end();
    }
  }

  private ModelException refused(String what) {
    return new ModelException(file + ": refused, " + what + "; " + FIX);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.store.PickleValue.Storage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The format of {@code torch.save} since 1.6: a zip archive with the pickle {@code <name>/data.pkl}
 * and the storages {@code <name>/data/<key>}.
 */
final class TorchArchive {
  private static final Pattern PICKLE = Pattern.compile("[^/]+/data\\.pkl");
  private static final int BYTE_ORDER_LENGTH = 6;

  private final Path file;
  private final FileChannel channel;
  private final ZipDirectory zip;
  private final String folder;

  private TorchArchive(Path file, FileChannel channel, ZipDirectory zip) {
    this.file = file;
    this.channel = channel;
    this.zip = zip;
    List<String> pickles = zip.names().stream().filter(PICKLE.asMatchPredicate()).limit(2).toList();
    if (pickles.size() != 1) {
      throw new ModelException(
          file + ": a zip archive, but not of torch.save: not one data.pkl; " + TorchFile.FIX);
    }
    this.folder = pickles.get(0).substring(0, pickles.get(0).indexOf('/') + 1);
  }

  static TorchContent read(Path file, FileChannel channel) throws IOException {
    return new TorchArchive(file, channel, ZipDirectory.read(file, channel, TorchFile.FIX)).read();
  }

  private TorchContent read() throws IOException {
    checkByteOrder();
    FileRange pickle = zip.find(folder + "data.pkl");
    if (pickle.size() > TorchContent.MAX_PICKLE) {
      throw new ModelException(
          file + ": data.pkl of " + pickle.size() + " bytes is too large; " + TorchFile.FIX);
    }
    PickleInput in = new PickleInput(file, channel, pickle.begin(), pickle.end());
    return new TorchContent(file, new PickleReader(in).read(), this::find);
  }

  private void checkByteOrder() throws IOException {
    String name = folder + "byteorder";
    if (!zip.names().contains(name)) {
      return;
    }
    FileRange range = zip.find(name);
    PickleInput in = new PickleInput(file, channel, range.begin(), range.end());
    if (range.size() != BYTE_ORDER_LENGTH || !in.text(BYTE_ORDER_LENGTH).equals("little")) {
      throw new ModelException(
          file + ": was not written by a little-endian machine; " + TorchFile.FIX);
    }
  }

  private FileRange find(Storage storage) throws IOException {
    FileRange range = zip.find(folder + "data/" + storage.key());
    if (storage.elements() > range.size() / storage.type().bytes()) {
      throw new ModelException(
          file
              + ": storage \""
              + storage.key()
              + "\" has "
              + range.size()
              + " bytes at offset "
              + range.begin()
              + ", but its tensors need "
              + storage.elements()
              + " numbers of "
              + storage.type()
              + "; "
              + TorchFile.FIX);
    }
    return range;
  }
}

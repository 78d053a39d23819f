// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.store.PickleValue.Constant;
import dev.weft.store.PickleValue.Dict;
import dev.weft.store.PickleValue.Items;
import dev.weft.store.PickleValue.Storage;
import dev.weft.store.PickleValue.Text;
import dev.weft.store.PickleValue.Whole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The format of {@code torch.save} before 1.6: five pickles in a row (a magic number, a version,
 * facts about the machine, the weights, the keys of the storages), then every storage as a count of
 * eight bytes and its numbers.
 */
final class TorchStream {
  /** The pickle of the magic number 0x1950a86a20f9469cfc6c, as every release has written it. */
  static final byte[] START = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

  private static final long VERSION = 1001;

  private final Path file;
  private final FileChannel channel;
  private final long size;

  private TorchStream(Path file, FileChannel channel, long size) {
    this.file = file;
    this.channel = channel;
    this.size = size;
  }

  static TorchContent read(Path file, FileChannel channel) throws IOException {
    return new TorchStream(file, channel, channel.size()).read();
  }

  private TorchContent read() throws IOException {
    long end = Math.min(size, START.length + TorchContent.MAX_PICKLE);
    PickleInput in = new PickleInput(file, channel, START.length, end);
    if (!(new PickleReader(in).read() instanceof Whole version) || version.value() != VERSION) {
      throw broken("is of another version than " + VERSION);
    }
    if (!(new PickleReader(in).read() instanceof Dict facts)
        || facts.items().get("little_endian") != Constant.TRUE) {
      throw broken("was not written by a little-endian machine");
    }
    PickleReader reader = new PickleReader(in);
    PickleValue root = reader.read();
    if (!(new PickleReader(in).read() instanceof Items keys)) {
      throw broken("has no list of storages");
    }
    Map<String, FileRange> ranges = ranges(keys.items(), reader.storages(), in.offset());
    return new TorchContent(file, root, storage -> find(ranges, storage));
  }

  private Map<String, FileRange> ranges(
      List<PickleValue> keys, Map<String, Storage> storages, long start) throws IOException {
    Map<String, FileRange> ranges = new HashMap<>();
    long at = start;
    for (PickleValue value : keys) {
      Storage storage = value instanceof Text key ? storages.get(key.value()) : null;
      if (storage == null || ranges.containsKey(storage.key())) {
        throw broken("lists a storage twice, or one that no tensor has");
      }
      long count = count(at);
      long most = (size - at - Long.BYTES) / storage.type().bytes();
      if (count != storage.elements() || count > most) {
        throw broken(
            "has storage \""
                + storage.key()
                + "\" at offset "
                + at
                + " with "
                + count
                + " numbers, but its tensors need "
                + storage.elements()
                + ", and there is room for "
                + most);
      }
      FileRange range = new FileRange(at + Long.BYTES, count * storage.type().bytes());
      ranges.put(storage.key(), range);
      at = range.end();
    }
    return ranges;
  }

  private long count(long at) throws IOException {
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (count.hasRemaining()) {
      if (channel.read(count, at + count.position()) < 0) {
        throw broken("ends before the storage at offset " + at);
      }
    }
    return count.flip().getLong();
  }

  private FileRange find(Map<String, FileRange> ranges, Storage storage) {
    FileRange range = ranges.get(storage.key());
    if (range == null) {
      throw broken("does not hold storage \"" + storage.key() + "\"");
    }
    return range;
  }

  private ModelException broken(String what) {
    return new ModelException(file + ": " + what + "; it may be cut short; " + TorchFile.FIX);
  }
}

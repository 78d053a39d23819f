// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * A tensor that is a view of a larger one, such as a slice or a transposed matrix.
 *
 * <p>Its bytes are runs of neighbours that lie apart. Along one dimension the runs are nearest to
 * each other; where that is not the last one, as in a transposed matrix, every index of the
 * dimensions behind it has a page of its own, which serves many runs before the next is read: a
 * matrix is then read once and not once a row. Long runs, and those that lie far apart in every
 * dimension, are read one by one. The file is read and never mapped, as the JVM has no safe answer
 * to a mapping whose file is cut meanwhile.
 */
final class StridedBytes implements TensorBytes {
  static final int PAGES = 1 << 23;

  /** From here on a run is worth a call of the system. */
  private static final int FAR = 1 << 12;

  private final TensorEntry entry;
  private final FileChannel channel;

  /** Dimensions above the run, how many bytes apart their indices are, and where we are. */
  private final long[] shape;

  private final long[] steps;
  private final long[] index;

  /** Bytes that lie together wherever the last dimension starts. */
  private final long run;

  private long position;
  private long inRun;

  /** Bytes of a page; 0 if every run is read by itself. */
  private final int page;

  private final ByteBuffer pages;
  private final long[] pageStarts;
  private final long[] pageEnds;
  private int slot;

  /**
   * Prepares to read.
   *
   * @param memory bytes for all pages together
   */
  StridedBytes(TensorEntry entry, FileChannel channel, int memory) {
    this.entry = entry;
    this.channel = channel;
    this.position = entry.begin();
    int width = entry.type().bytes();
    int outer = entry.shape().length;
    long together = width;
    while (outer > 0
        && (entry.shape()[outer - 1] == 1 || entry.strides()[outer - 1] * width == together)) {
      outer--;
      together *= entry.shape()[outer];
    }
    this.run = together;
    this.shape = Arrays.copyOf(entry.shape(), outer);
    this.steps = Arrays.stream(entry.strides()).limit(outer).map(s -> s * width).toArray();
    this.index = new long[outer];
    int nearest = nearest();
    long slots = 1;
    for (int i = nearest + 1; i < outer && slots <= memory; i++) {
      slots *= shape[i];
    }
    boolean apart = outer == 0 || run >= FAR || steps[nearest] >= FAR || slots * run > memory;
    long reach = apart ? 0 : (shape[nearest] - 1) * steps[nearest] + run;
    this.page = apart ? 0 : (int) Math.min(memory / slots, reach);
    this.pages = ByteBuffer.allocate(page * (int) (apart ? 0 : slots));
    this.pageStarts = new long[apart ? 0 : (int) slots];
    this.pageEnds = new long[pageStarts.length];
  }

  /** The dimension whose indices are nearest to each other; the last of several. */
  private int nearest() {
    int nearest = -1;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] > 1 && (nearest < 0 || steps[i] <= steps[nearest])) {
        nearest = i;
      }
    }
    return Math.max(nearest, 0);
  }

  @Override
  public void next(ByteBuffer target) throws IOException {
    int limit = target.limit();
    while (target.hasRemaining()) {
      int count = (int) Math.min(run - inRun, target.remaining());
      if (page == 0) {
        read(target.limit(target.position() + count), position + inRun);
        target.limit(limit);
      } else {
        int at = inPages() + (int) inRun;
        target.put(target.position(), pages, at, count).position(target.position() + count);
      }
      inRun += count;
      if (inRun == run) {
        inRun = 0;
        advance();
      }
    }
  }

  /** Where in the pages the run is, which is read if it is not there. */
  private int inPages() throws IOException {
    if (position < pageStarts[slot] || position + run > pageEnds[slot]) {
      long end = Math.min(position + page, entry.end());
      pages.limit(slot * page + (int) (end - position)).position(slot * page);
      read(pages, position);
      pages.clear();
      pageStarts[slot] = position;
      pageEnds[slot] = end;
    }
    return slot * page + (int) (position - pageStarts[slot]);
  }

  private void read(ByteBuffer target, long at) throws IOException {
    long next = at;
    while (target.hasRemaining()) {
      int count = channel.read(target, next);
      if (count < 0) {
        throw TensorBytes.cutShort(entry);
      }
      next += count;
    }
  }

  private void advance() {
    slot = slot + 1 < pageStarts.length ? slot + 1 : 0;
    for (int i = shape.length - 1; i >= 0; i--) {
      position += steps[i];
      index[i]++;
      if (index[i] < shape[i]) {
        return;
      }
      position -= steps[i] * shape[i];
      index[i] = 0;
    }
  }
}

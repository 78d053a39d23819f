// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A tensor that is a view of a larger one, such as a slice or a transposed matrix. Neighbours of a
 * row may lie anywhere in its range, so that the range is mapped, a segment at a time; runs of
 * neighbours are copied at once.
 */
final class StridedBytes implements TensorBytes {
  static final int SEGMENT = 1 << 30;

  private final FileChannel channel;
  private final long begin;
  private final long end;
  private final int segment;
  private final MappedByteBuffer[] segments;

  /** Dimensions above the run, and how many bytes apart their indices are. */
  private final long[] shape;

  private final long[] steps;
  private final long[] index;

  /** Bytes that lie together wherever the last dimension starts. */
  private final long run;

  private long offset;
  private long inRun;

  /**
   * Prepares to read; maps nothing yet.
   *
   * @param segment bytes of a mapping, a multiple of 8
   */
  StridedBytes(TensorEntry entry, FileChannel channel, int segment) {
    this.channel = channel;
    this.begin = entry.begin();
    this.end = entry.end();
    this.segment = segment;
    this.segments = new MappedByteBuffer[Math.toIntExact((end - begin + segment - 1) / segment)];
    int outer = entry.shape().length;
    long together = entry.type().bytes();
    while (outer > 0
        && (entry.shape()[outer - 1] == 1
            || entry.strides()[outer - 1] * entry.type().bytes() == together)) {
      outer--;
      together *= entry.shape()[outer];
    }
    this.run = together;
    this.shape = new long[outer];
    this.steps = new long[outer];
    this.index = new long[outer];
    for (int i = 0; i < outer; i++) {
      shape[i] = entry.shape()[i];
      steps[i] = entry.strides()[i] * entry.type().bytes();
    }
  }

  @Override
  public void next(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      copy(target);
      if (inRun == run) {
        inRun = 0;
        advance();
      }
    }
  }

  private void copy(ByteBuffer target) throws IOException {
    long at = offset + inRun;
    int within = (int) (at % segment);
    MappedByteBuffer from = mapped((int) (at / segment));
    int count = (int) Math.min(Math.min(run - inRun, target.remaining()), segment - within);
    target.put(target.position(), from, within, count).position(target.position() + count);
    inRun += count;
  }

  private MappedByteBuffer mapped(int number) throws IOException {
    MappedByteBuffer mapped = segments[number];
    if (mapped == null) {
      long start = begin + (long) number * segment;
      mapped = channel.map(FileChannel.MapMode.READ_ONLY, start, Math.min(segment, end - start));
      segments[number] = mapped;
    }
    return mapped;
  }

  private void advance() {
    for (int i = shape.length - 1; i >= 0; i--) {
      offset += steps[i];
      index[i]++;
      if (index[i] < shape[i]) {
        return;
      }
      offset -= steps[i] * shape[i];
      index[i] = 0;
    }
  }
}

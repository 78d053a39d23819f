// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.nio.file.Path;

/**
 * Where one tensor is, checked against the size of its file.
 *
 * @param file that holds it
 * @param name of the tensor
 * @param type of its elements
 * @param shape its dimensions
 * @param strides elements from one index of a dimension to the next, never negative
 * @param begin its first byte, from the start of the file
 */
@SuppressWarnings("ArrayRecordComponent") // private to the room and never changed
record TensorEntry(
    Path file, String name, ElementType type, long[] shape, long[] strides, long begin) {

  /** A tensor in row-major order without gaps. */
  static TensorEntry dense(Path file, String name, ElementType type, long[] shape, long begin) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    return new TensorEntry(file, name, type, shape, strides, begin);
  }

  /** How many numbers it has. */
  long elements() {
    return size() / type.bytes();
  }

  /** Bytes of the tensor in row-major order without gaps. */
  long size() {
    return type.bytes(shape);
  }

  /** One past the last byte of the file that belongs to it. */
  long end() {
    if (elements() == 0) {
      return begin;
    }
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      last += (shape[i] - 1) * strides[i];
    }
    return begin + (last + 1) * type.bytes();
  }

  /** Whether the file holds it in row-major order without gaps. */
  boolean isDense() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0 && elements() > 0; i--) {
      if (shape[i] > 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }
}

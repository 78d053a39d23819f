// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

/**
 * A part of a file, checked against its size.
 *
 * @param begin first byte, from the start of the file
 * @param size how many bytes
 */
record FileRange(long begin, long size) {
  long end() {
    return begin + size;
  }
}

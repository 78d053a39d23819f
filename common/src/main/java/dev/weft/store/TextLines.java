// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines of a UTF-8 text, one at a time in the same array, so that a line costs no object.
 * Mutable, for one thread. Lines end with LF, CR or both, as in Python's text mode.
 */
final class TextLines implements Closeable {
  /** No line of words or numbers is as long; it bounds what a file without line ends can take. */
  private static final int MAX_LENGTH = 1 << 24;

  private final Reader in;
  private final char[] block = new char[1 << 15];
  private int at;
  private int end;
  private char[] line = new char[1 << 12];
  private int length;
  private long number;
  private boolean afterReturn;

  /** Takes over the stream. */
  TextLines(InputStream in) {
    this.in =
        new InputStreamReader(
            in,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /**
   * Reads the next line.
   *
   * @return whether there was one; the last may lack its end
   * @throws IOException if reading fails, the text is not UTF-8, or the line is too long
   */
  boolean next() throws IOException {
    length = 0;
    number++;
    while (at < end || fill()) {
      if (afterReturn && block[at] == '\n') {
        at++;
      }
      afterReturn = false;
      int start = at;
      while (at < end && block[at] != '\n' && block[at] != '\r') {
        at++;
      }
      append(start, at);
      if (at < end) {
        afterReturn = block[at++] == '\r';
        return true;
      }
    }
    return length > 0;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(block));
    return end > 0;
  }

  private void append(int from, int to) throws IOException {
    int count = to - from;
    if (length + count > MAX_LENGTH) {
      throw new IOException("line " + number + " is longer than " + MAX_LENGTH + " characters");
    }
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(length + count, line.length * 2));
    }
    System.arraycopy(block, from, line, length, count);
    length += count;
  }

  /** The characters of the line, up to {@link #length}; the next line overwrites them. */
  char[] chars() {
    return line;
  }

  /** How many characters the line has, without its end. */
  int length() {
    return length;
  }

  /** Number of the line, counted from one. */
  long number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.text.PythonText;
import dev.weft.text.WordVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one {@link WordVectorsFile}. Mutable, for one thread and one file. */
final class WordVectorsReader {
  private static final Logger LOG = LoggerFactory.getLogger(WordVectorsReader.class);
  private static final String PADDING = "PADDING_TOKEN";
  private static final int MAX_NUMBERS = Integer.MAX_VALUE - 8;
  private static final int MAX_LOGGED = 10;

  private final WordVectorsFile file;
  private final TextLines lines;
  private final char[] separator;
  private final List<String> vocab = new ArrayList<>();
  private int dimension;
  private float[] values = new float[0];
  private int size;
  private long skipped;

  WordVectorsReader(WordVectorsFile file, TextLines lines) {
    this.file = file;
    this.lines = lines;
    this.separator = file.itemSeparator().toCharArray();
  }

  WordVectors read() throws IOException {
    while (isRoomLeft() && lines.next()) {
      int end = lines.length();
      while (end > 0 && PythonText.isSpace(lines.chars()[end - 1])) {
        end--;
      }
      int numbers = separators(end);
      if (vocab.isEmpty()) {
        if (numbers == 1) {
          continue;
        }
        begin(numbers);
      }
      if (numbers == dimension) {
        add(end);
      } else {
        skip(numbers);
      }
    }
    if (vocab.isEmpty()) {
      throw new ModelException(
          file.path() + ": no line has a word and at least two numbers; is the separator right?");
    }
    if (skipped > 0) {
      LOG.error("{}: {} lines of another width were skipped", file.path(), skipped);
    }
    return new WordVectors(vocab, dimension, Arrays.copyOf(values, size));
  }

  private boolean isRoomLeft() {
    return file.maxVocabSize() == 0 || vocab.size() <= file.maxVocabSize();
  }

  private void begin(int numbers) {
    if (numbers == 0) {
      throw new ModelException(
          where()
              + ": no \""
              + file.itemSeparator()
              + "\" in it, so no numbers; the first vector tells the width of all");
    }
    dimension = numbers;
    vocab.add(PADDING);
    reserve();
    size += dimension;
  }

  private void add(int end) {
    char[] line = lines.chars();
    reserve();
    int wordEnd = next(0, end);
    int from = wordEnd + separator.length;
    for (int i = 0; i < dimension; i++) {
      int to = next(from, end);
      values[size + i] = number(line, from, to);
      from = to + separator.length;
    }
    size += dimension;
    vocab.add(new String(line, 0, wordEnd));
  }

  private float number(char[] line, int from, int to) {
    try {
      return PythonFloat.parse(line, from, to);
    } catch (NumberFormatException e) {
      throw new ModelException(where() + ": " + e.getMessage(), e);
    }
  }

  private void skip(int numbers) {
    if (skipped++ < MAX_LOGGED) {
      LOG.error("{}: skipped: {} numbers instead of {}", where(), numbers, dimension);
    }
  }

  private String where() {
    return file.path() + ": line " + lines.number();
  }

  /** Makes room for one more row. */
  private void reserve() {
    long needed = (long) size + dimension;
    if (needed > MAX_NUMBERS) {
      throw new ModelException(
          where()
              + ": more than "
              + MAX_NUMBERS
              + " numbers do not fit in memory; read fewer words (maxVocabSize)");
    }
    if (needed > values.length) {
      values = Arrays.copyOf(values, (int) Math.min(MAX_NUMBERS, Math.max(needed, 2L * size)));
    }
  }

  private int separators(int end) {
    int count = 0;
    for (int at = next(0, end); at < end; at = next(at + separator.length, end)) {
      count++;
    }
    return count;
  }

  /** Where the next separator begins, or the end. */
  private int next(int from, int end) {
    char[] line = lines.chars();
    for (int at = from; at + separator.length <= end; at++) {
      if (line[at] == separator[0] && isSeparator(line, at)) {
        return at;
      }
    }
    return end;
  }

  private boolean isSeparator(char[] line, int at) {
    for (int i = 1; i < separator.length; i++) {
      if (line[at + i] != separator[i]) {
        return false;
      }
    }
    return true;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.text.WordVectors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A text file of word vectors, such as GloVe and word2vec write: a word and its numbers on every
 * line. Follows {@code WordEmbeddings.from_text_file} of the reference's 6.2:
 *
 * <ul>
 *   <li>lines of two fields before the first vector are skipped, as word2vec's header is;
 *   <li>row 0 is {@code PADDING_TOKEN}, all zeros; a word that stands twice has two rows;
 *   <li>a line of another width than the first vector's is logged and skipped.
 * </ul>
 *
 * <p>Unlike the reference it downloads nothing, and a first line without numbers is an error.
 *
 * @param path the file, in UTF-8; compressed where the name ends in {@code .gz}
 * @param itemSeparator what stands between word and numbers, exactly; not empty
 * @param maxVocabSize the most words to read, not counting {@code PADDING_TOKEN}; 0 for all
 */
public record WordVectorsFile(Path path, String itemSeparator, int maxVocabSize) {
  /** Checks what can be checked without opening the file. */
  public WordVectorsFile {
    if (itemSeparator.isEmpty()) {
      throw new IllegalArgumentException("itemSeparator is empty; give one such as \" \"");
    }
    if (maxVocabSize < 0) {
      throw new IllegalArgumentException(
          "maxVocabSize must be 0 for all words, or more, but is " + maxVocabSize);
    }
  }

  /** A file with spaces between the items, to be read whole. */
  public static WordVectorsFile of(Path path) {
    return new WordVectorsFile(path, " ", 0);
  }

  /** The same file with another separator. */
  public WordVectorsFile withItemSeparator(String separator) {
    return new WordVectorsFile(path, separator, maxVocabSize);
  }

  /** The same file, read up to this many words. */
  public WordVectorsFile withMaxVocabSize(int words) {
    return new WordVectorsFile(path, itemSeparator, words);
  }

  /**
   * Reads the file.
   *
   * @throws ModelException if it is not there, cannot be read as UTF-8, has no vector, a field that
   *     is no number, or more numbers than one array holds
   */
  public WordVectors read() {
    if (!Files.exists(path)) {
      throw new ModelException(
          path + ": embeddings file not found; download it first, a name alone is not looked up");
    }
    try (TextLines lines = new TextLines(open())) {
      return new WordVectorsReader(this, lines).read();
    } catch (IOException e) {
      throw new ModelException(
          path + ": cannot be read as lines of UTF-8 text (" + e.getMessage() + ")", e);
    }
  }

  private InputStream open() throws IOException {
    InputStream file = Files.newInputStream(path);
    if (!path.toString().endsWith(".gz")) {
      return file;
    }
    try {
      return new GZIPInputStream(file, 1 << 16);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}

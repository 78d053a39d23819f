// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import dev.weft.Microbenchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A window of texts tokenised: by the native library, and with words of ASCII in Java. */
@SuppressWarnings("NullAway.Init") // JMH calls the method of @Setup first.
public class TokenizerBenchmark extends Microbenchmark {
  /** A {@code tokenizer.json} of BERT's kind. */
  @Param("tokenizer.json")
  public String tokenizer = "";

  /** A file of texts, one a line. */
  @Param("examples/data/sentences.csv")
  public String texts = "";

  private TextBatch batch = TextBatch.of(List.of());
  private FastTokenizer library;
  private StoredTokenizer java;

  @Setup
  public void open() throws IOException {
    String json = Files.readString(Path.of(tokenizer));
    batch = TextBatch.of(Files.readAllLines(Path.of(texts)));
    library = FastTokenizer.withoutSpecialTokens(tokenizer, json);
    java = StoredTokenizer.parse(tokenizer, json);
  }

  @Benchmark
  public Tokens nativeLibrary() {
    return library.encode(batch);
  }

  @Benchmark
  public Tokens wordPieceInJava() {
    return java.encode(batch);
  }

  @TearDown
  public void close() {
    library.close();
    java.close();
  }
}

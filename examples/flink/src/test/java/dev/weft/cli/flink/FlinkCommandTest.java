// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weft.Embedder;
import dev.weft.cli.Cli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs command lines in this process, as the launcher would on the class path with Flink. */
class FlinkCommandTest {
  private static final Path MODEL =
      Path.of("../../common/src/test/resources/parity/bert-mean-normalize/model")
          .toAbsolutePath()
          .normalize();

  private static final String JSON =
      """
      {"id": 1, "text": "a man plays the guitar", "x": 1.50, "big": 12345678901234567890}

      {"text": null, "id": 2}
      {"text": "", "id": 3, "nested": {"a": [1, null, true]}, "embedding": "old"}
      {"id": 4, "text": "a lone \\ud800 half, an emoji 😀 and \\u0000"}
      """;

  private static final String TABLE =
      """
      id,text,No.te
      1,"a man, ""plays""
      the guitar",x
      2,hello,
      4
      5, spaces stay ,more,fields
      """;

  @TempDir private Path folder;

  private Path output;

  /** How a command line ended and what it printed. */
  private record Outcome(int status, String out, String err) {}

  @BeforeEach
  void nameTheOutput() {
    output = folder.resolve("out.jsonl");
  }

  private static Outcome run(List<String> args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int status = Cli.run(new FlinkHost(), args.toArray(String[]::new));
      return new Outcome(
          status,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private Outcome embed(Path model, Path input, String on, String... more) {
    List<String> args = new ArrayList<>(List.of("embed", "--model", model.toString()));
    args.addAll(List.of("--input", input.toString(), "--output", output.toString(), "--on", on));
    args.addAll(List.of(more));
    return run(args);
  }

  private List<JsonObject> embedded(Path input, String on, String... more) throws IOException {
    assertThat(embed(MODEL, input, on, more)).isEqualTo(new Outcome(0, "", ""));
    return Files.readAllLines(output).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private void assertSame(Path input, String... more) throws IOException {
    List<JsonObject> here = embedded(input, "local", more);
    List<JsonObject> flink = embedded(input, "flink", more);
    assertThat(flink).hasSameSizeAs(here);
    for (int i = 0; i < here.size(); i++) {
      JsonElement expected = here.get(i).remove("embedding");
      JsonElement vector = flink.get(i).remove("embedding");
      assertThat(flink.get(i)).hasToString(here.get(i).toString());
      assertThat(vector.isJsonNull()).isEqualTo(expected.isJsonNull());
      if (!vector.isJsonNull()) {
        assertThat(numbers(vector)).containsExactly(numbers(expected), within(1e-5));
      }
    }
  }

  private static double[] numbers(JsonElement vector) {
    return vector.getAsJsonArray().asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  /** Exit status 2, one line that says this, and nothing half-written. */
  private void assertRefused(Outcome outcome, String... parts) throws IOException {
    assertThat(outcome.err()).startsWith("weft: ").contains(parts);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(output).doesNotExist();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".part"))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"some texts.txt", "_lines.jsonl", ".rows.csv"})
  void embedGivesTheSameLinesHereAndInFlink(String name) throws IOException {
    String text =
        name.endsWith("jsonl")
            ? JSON
            : name.endsWith("csv") ? TABLE : "\uFEFFa man\r\n\r\n  two \nemoji 😀\0\n";
    Path input = file(name, text);
    assertSame(input, "--truncate-dim", "7", "--normalize", "--prompt", "query: ");
    assertThat(Files.readAllLines(output)).hasSize(4);
  }

  @Test
  void vectorsAreThoseOfTheEmbedder() throws IOException {
    List<JsonObject> rows = embedded(file("in.txt", "a man plays\n\nthe guitar\n"), "flink");
    try (Embedder embedder = Embedder.load(MODEL.toString())) {
      float[][] expected = embedder.encode(List.of("a man plays", "", "the guitar"));
      for (int i = 0; i < expected.length; i++) {
        double[] vector = numbers(rows.get(i).get("embedding"));
        assertThat(vector).hasSize(32);
        for (int j = 0; j < vector.length; j++) {
          assertThat(vector[j]).isCloseTo(expected[i][j], within(1e-5));
        }
      }
    }
  }

  @Test
  void embedKeepsTheOrderOfMoreRowsThanAreInFlight() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 9000; i++) {
      text.append("{\"id\": ").append(i).append(", \"text\": \"").append("a ".repeat(i * 7 % 13));
      text.append(i % 50).append("\"}\n");
    }
    assertSame(file("in.jsonl", text.toString()), "--truncate-dim", "3");
  }

  @Test
  void anInputWithoutRowsGivesAnEmptyOutput() throws IOException {
    assertThat(embedded(file("empty.txt", ""), "flink", "--precision", "int8")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "number.jsonl | {'text':'a'}~~{'text':5} | line 3: \"text\" must be a string or null",
        "broken.jsonl | {'text':'a'}~{'text':    | line 2: not valid JSON",
        "column.csv   | id,words~1,a             | no column \"text\" among [id, words]; name it",
        "open.csv     | text,id~'a,1             | EOF",
      })
  void badContentIsRefusedBeforeFlinkStarts(String name, String content, String part)
      throws IOException {
    Path input = file(name, content.replace('~', '\n').replace('\'', '"'));
    assertRefused(embed(MODEL, input, "flink"), input.toString(), part);
  }

  @Test
  void badOptionsAreRefused() throws IOException {
    Path input = file("in.txt", "a\n");
    assertRefused(embed(MODEL, input, "flink", "--workers", "many"), "workers", "many");
    assertRefused(
        embed(MODEL, input, "flink", "--prompt-name", "poem"), "poem", "[query, document]");
  }

  @Test
  void aBrokenModelIsRefused() throws IOException {
    Path input = file("in.txt", "a\n");
    assertRefused(embed(folder, input, "flink"), folder + ": neither modules.json nor config.json");
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("modules.json"), "[{\"idx\": 0,");
    assertRefused(embed(model, input, "flink"), "modules.json: not valid JSON");
  }

  @Test
  void parquetAndOtherHostsAreRefused() throws IOException {
    Path input = file("in.txt", "a\n");
    output = folder.resolve("out.parquet");
    String parquet = "neither reads nor writes parquet; use .jsonl, or --on spark";
    assertRefused(embed(MODEL, input, "flink"), "--on flink: " + parquet);
    assertRefused(embed(MODEL, input, "local"), "--on local: " + parquet);
    assertRefused(
        embed(MODEL, input, "spark"),
        "--on spark: expected local, spark or flink; of these the class path has [local, flink]");
  }

  @Test
  void similarityIsTheSameHereAndInFlink() throws IOException {
    Path input = file("plain.csv", "é a man,é a man\n\"hello, world\",a guitar\n");
    List<String> args =
        List.of("similarity", "--model", MODEL.toString(), "--input", input.toString(), "--on");
    Outcome here = run(Stream.concat(args.stream(), Stream.of("local")).toList());
    assertThat(here.out()).startsWith("1.00000\té a man\té a man\n").contains("\thello, world\t");
    assertThat(run(Stream.concat(args.stream(), Stream.of("flink")).toList())).isEqualTo(here);
  }

  @Test
  void flinkRateMeasuresWhatGoesAndHowLongItTakesUnderALoad() throws IOException {
    String texts = file("in.txt", "a man\nplays the guitar\nhello\n").toString();
    for (String mode : List.of("weft", "row")) {
      JsonObject full = rate(texts, mode, "0");
      assertThat(full.get("offered").getAsDouble()).isZero();
      assertThat(full.has("p50_ms")).isFalse();
      JsonObject load = rate(texts, mode, "200");
      assertThat(load.get("offered").getAsDouble()).isEqualTo(200);
      assertThat(load.get("p50_ms").getAsDouble()).isPositive();
      assertThat(load.get("p99_ms").getAsDouble())
          .isGreaterThanOrEqualTo(load.get("p50_ms").getAsDouble());
    }
    assertThat(run(List.of("flink-rate", MODEL.toString(), texts, "both", "0", "1")).err())
        .isEqualTo("weft: mode both: expected weft, row or djl\n");
  }

  private static JsonObject rate(String texts, String mode, String offered) {
    Outcome outcome =
        run(List.of("flink-rate", MODEL.toString(), texts, mode, offered, "0.5", "0.2"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    JsonObject line = JsonParser.parseString(outcome.out()).getAsJsonObject();
    assertThat(line.get("what").getAsString()).isEqualTo(mode);
    assertThat(line.has("rate")).isTrue();
    assertThat(line.get("batch_ms").getAsDouble()).isPositive();
    assertThat(line.get("batch_rows").getAsDouble()).isGreaterThanOrEqualTo(1);
    assertThat(line.get("linger_ms").getAsInt()).isEqualTo(5);
    return line;
  }
}

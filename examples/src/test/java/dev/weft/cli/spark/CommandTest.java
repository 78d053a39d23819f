// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weft.cli.Cli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs command lines in this process, as the launcher would in one of their own. */
class CommandTest {
  private static final Path MODEL =
      Path.of("../common/src/test/resources/parity/bert-mean-normalize/model")
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
      3,"",z
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

  private static Outcome run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int status = Cli.run(new SparkHost(), args);
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

  private static Outcome embed(Path model, Path input, Path output, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "embed",
                "--model",
                model.toString(),
                "--input",
                input.toString(),
                "--output",
                output.toString()));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private List<JsonObject> embedded(Path input, String... more) throws IOException {
    Outcome outcome = embed(MODEL, input, output, more);
    assertThat(outcome).isEqualTo(new Outcome(0, "", ""));
    assertThat(partials()).isEmpty();
    return Files.readAllLines(output).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private List<Path> partials() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".part")).toList();
    }
  }

  /** Exit status 2, one line that says this, and nothing half-written. */
  private void assertRefused(Outcome outcome, String... parts) throws IOException {
    assertThat(outcome.err()).startsWith("weft: ").contains(parts);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(output).doesNotExist();
    assertThat(partials()).isEmpty();
  }

  private static void assertSame(List<JsonObject> actual, List<JsonObject> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      JsonElement vector = actual.get(i).remove("embedding");
      JsonElement other = expected.get(i).remove("embedding");
      assertThat(actual.get(i)).hasToString(expected.get(i).toString());
      assertThat(vector.isJsonNull()).isEqualTo(other.isJsonNull());
      if (!other.isJsonNull()) {
        assertClose(vector.getAsJsonArray(), other.getAsJsonArray());
      }
    }
  }

  private static void assertClose(JsonArray actual, JsonArray expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      double difference = actual.get(i).getAsDouble() - expected.get(i).getAsDouble();
      assertThat(Math.abs(difference)).isLessThanOrEqualTo(1e-5);
    }
  }

  private static List<String> keys(JsonObject row) {
    return List.copyOf(row.keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"txt", "jsonl", "csv"})
  void embedGivesTheSameLinesHereAndInSpark(String ending) throws IOException {
    String text =
        switch (ending) {
          case "jsonl" -> JSON;
          case "csv" -> TABLE;
          default -> "\uFEFFa man plays the guitar\r\n\r\n  two \nemoji 😀\0\n";
        };
    Path input = file("some texts." + ending, text);
    List<JsonObject> here = embedded(input, "--truncate-dim", "7", "--normalize");
    List<JsonObject> spark = embedded(input, "--truncate-dim", "7", "--normalize", "--on", "spark");
    assertThat(here.get(0).getAsJsonArray("embedding")).hasSize(7);
    assertSame(spark, here);
  }

  @Test
  void embedKeepsEveryColumnOfJsonInOrder() throws IOException {
    List<JsonObject> rows = embedded(file("in.jsonl", JSON));
    assertThat(rows).hasSize(4);
    assertThat(keys(rows.get(0))).containsExactly("id", "text", "x", "big", "embedding");
    assertThat(rows.get(0).get("x")).hasToString("1.50");
    assertThat(rows.get(0).get("big")).hasToString("12345678901234567890");
    assertThat(rows.get(1)).hasToString("{\"text\":null,\"id\":2,\"embedding\":null}");
    assertThat(keys(rows.get(2))).containsExactly("text", "id", "nested", "embedding");
    assertThat(rows.get(2).get("nested")).hasToString("{\"a\":[1,null,true]}");
    assertThat(rows.get(2).getAsJsonArray("embedding")).hasSize(32);
    assertThat(rows.get(3).get("text").getAsString()).contains("\uD800 half", "😀", "\0");
  }

  @Test
  void embedKeepsEveryColumnOfATableInOrder() throws IOException {
    List<JsonObject> rows = embedded(file("in.csv", TABLE));
    assertThat(rows.stream().map(row -> row.get("id").getAsString()))
        .containsExactly("1", "2", "3", "4", "5");
    assertThat(rows).allMatch(r -> keys(r).equals(List.of("id", "text", "No.te", "embedding")));
    assertThat(rows.get(0).get("text").getAsString()).isEqualTo("a man, \"plays\"\nthe guitar");
    assertThat(rows.get(3).get("text").getAsString()).isEmpty();
    assertThat(rows.get(4).get("text").getAsString()).isEqualTo(" spaces stay ");
  }

  @Test
  void embedTakesAnotherColumn() throws IOException {
    Path input = file("in.csv", "a.b,text,Text,c`d\nhello,x,y,z\n");
    List<JsonObject> plain = embedded(file("in.txt", "hello\n"));
    for (String on : List.of("local", "spark")) {
      List<JsonObject> rows = embedded(input, "--column", "a.b", "--on", on);
      assertThat(keys(rows.get(0))).containsExactly("a.b", "text", "Text", "c`d", "embedding");
      assertClose(
          rows.get(0).getAsJsonArray("embedding"), plain.get(0).getAsJsonArray("embedding"));
    }
  }

  @Test
  void embedKeepsTheOrderOfManyRowsHereAndInSpark() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      text.append("{\"id\": ").append(i).append(", \"text\": \"").append("a ".repeat(i * 7 % 13));
      text.append(i % 50).append("\"}\n");
    }
    Path input = file("in.jsonl", text.toString());
    List<JsonObject> here = embedded(input, "--truncate-dim", "3");
    for (int i = 0; i < here.size(); i++) {
      assertThat(here.get(i).get("id").getAsInt()).isEqualTo(i);
    }
    assertSame(embedded(input, "--truncate-dim", "3", "--on", "spark"), here);
  }

  @Test
  void embedReadsAndWritesParquet() throws IOException {
    Path input = file("in.csv", TABLE);
    Path parquet = folder.resolve("mid dle.parquet");
    assertThat(embed(MODEL, input, parquet, "--truncate-dim", "4"))
        .isEqualTo(new Outcome(0, "", ""));
    assertThat(partials()).isEmpty();
    List<JsonObject> direct = embedded(input, "--truncate-dim", "6");
    List<JsonObject> through = embedded(parquet, "--truncate-dim", "6");
    assertThat(keys(through.get(0))).containsExactly("id", "text", "No.te", "embedding");
    assertSame(through, direct);
  }

  @Test
  void embedReadsThePartsOfAParquetFolderInTheOrderOfTheirNames() throws IOException {
    Path whole = Files.createDirectory(folder.resolve("whole.parquet"));
    StringBuilder lines = new StringBuilder();
    int part = 0;
    for (int count : List.of(1, 60, 5)) {
      StringBuilder texts = new StringBuilder();
      for (int i = 0; i < count; i++) {
        texts.append("part ").append(part).append(" row ").append(i).append('\n');
      }
      lines.append(texts);
      Path single = folder.resolve("part" + part + ".parquet");
      embed(MODEL, file("part.txt", texts.toString()), single, "--truncate-dim", "2");
      try (Stream<Path> files = Files.list(single)) {
        Path data =
            files.filter(f -> f.getFileName().toString().startsWith("part-")).findFirst().get();
        Files.copy(data, whole.resolve("part-0000" + part + ".parquet"));
      }
      part++;
    }
    assertThat(embedded(whole).stream().map(row -> row.get("text").getAsString()))
        .containsExactlyElementsOf(lines.toString().lines().toList());
  }

  @Test
  void embedWritesCodes() throws IOException {
    Path input = file("in.jsonl", JSON);
    List<JsonObject> bits = embedded(input, "--precision", "ubinary");
    assertThat(bits.get(0).getAsJsonArray("embedding"))
        .hasSize(4)
        .allMatch(code -> code.getAsInt() >= 0 && code.getAsInt() <= 255);
    List<JsonObject> here = embedded(input, "--precision", "int8");
    assertThat(here.get(1).get("embedding").isJsonNull()).isTrue();
    assertThat(here.get(0).getAsJsonArray("embedding"))
        .hasSize(32)
        .allMatch(code -> code.getAsInt() >= -128 && code.getAsInt() <= 127);
  }

  @Test
  void embedPutsThePromptFirst() throws IOException {
    List<JsonObject> prompted = embedded(file("a.txt", "hello\n"), "--prompt", "@query: ");
    List<JsonObject> written = embedded(file("b.txt", "@query: hello\n"));
    assertClose(
        prompted.get(0).getAsJsonArray("embedding"), written.get(0).getAsJsonArray("embedding"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty.txt", "empty.jsonl", "header.csv", "blank.jsonl"})
  void anInputWithoutRowsGivesAnEmptyOutput(String name) throws IOException {
    String text = name.startsWith("header") ? "id,text\n" : name.startsWith("blank") ? "\n\n" : "";
    assertThat(embedded(file(name, text))).isEmpty();
    assertThat(embedded(file(name, text), "--precision", "int8")).isEmpty();
  }

  @Test
  void embedReplacesAnOutputThatIsThere() throws IOException {
    Files.writeString(output, "old");
    assertThat(embedded(file("a.txt", "hello\n"))).hasSize(1);
  }

  @Test
  void aFailedEmbedLeavesAnOutputThatIsThereAlone() throws IOException {
    Files.writeString(output, "old");
    Outcome outcome = embed(MODEL, file("in.jsonl", "{\"text\": \"a\"}\n{\"text\": 5}\n"), output);
    assertThat(outcome.status()).isEqualTo(2);
    assertThat(output).hasContent("old");
    assertThat(partials()).isEmpty();
  }

  @Test
  void inputsThatAreNotThereOrAreNoFilesAreRefused() throws IOException {
    Path missing = folder.resolve("missing.txt");
    assertRefused(embed(MODEL, missing, output), missing + ": no such file");
    Path directory = Files.createDirectory(folder.resolve("dir.csv"));
    assertRefused(embed(MODEL, directory, output), directory + ": is a directory");
    assertRefused(embed(MODEL, Path.of("/"), output), "must end in one of");
    assertRefused(embed(MODEL, file("in.md", ""), output), "in.md", ".txt, .jsonl, .csv, .parquet");
  }

  @Test
  void outputsThatCannotBeAreRefused() throws IOException {
    Path input = file("in.txt", "a\n");
    assertRefused(embed(MODEL, input, folder.resolve("out.csv")), "out.csv", ".jsonl, .parquet");
    Path missing = folder.resolve("no/out.jsonl");
    assertRefused(embed(MODEL, input, missing), missing.getParent() + ": no such directory");
    Path directory = Files.createDirectory(folder.resolve("dir.jsonl"));
    Files.writeString(directory.resolve("precious"), "kept");
    assertRefused(embed(MODEL, input, directory), directory + ": is a directory");
    assertThat(directory.resolve("precious")).hasContent("kept");
    assertRefused(
        embed(MODEL, input, folder.resolve("out.parquet"), "--precision", "int8"),
        "precision int8 is written to .jsonl files only");
    assertThat(folder.resolve("out.parquet")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--truncate-dim | 0     | truncateDim",
        "--truncate-dim | x     | truncateDim",
        "--batch-tokens | -1    | batchTokens",
        "--backend | tensorflow | backend",
        "--workers      | many  | workers",
        "--device       | tpu   | known: auto, cpu, cuda",
        "--prompt-name  | poem  | [query, document]",
        "--precision    | int4  | known: [float32, int8, uint8, binary, ubinary]",
        "--on           | flink | of these the class path has [local, spark]",
        "--colour       | red   | Unknown options: '--colour'",
      })
  void badOptionsAreRefused(String option, String value, String part) throws IOException {
    Path input = file("in.txt", "a\n");
    assertRefused(embed(MODEL, input, output, option, value), value, part);
  }

  @Test
  void badCommandLinesAreRefused() throws IOException {
    assertRefused(run(), "Missing required subcommand", "see weft --help");
    assertRefused(run("fly"), "'fly'");
    assertRefused(run("embed"), "--model", "--input", "--output", "see weft embed --help");
    assertRefused(run("embed", "--model"), "'--model'");
  }

  @Test
  void helpIsNoFailure() {
    Outcome outcome = run("embed", "--help");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("--truncate-dim", "--precision", "--on");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "number.jsonl  | {'text':'a'}~~{'text':5}   | line 3: \"text\" must be a string or null",
        "missing.jsonl | {'text':'a'}~{'id':5}      | line 2: no \"text\" among [id]",
        "broken.jsonl  | {'text':'a'}~{'text':      | line 2: not valid JSON",
        "array.jsonl   | ['a']                      | line 1: expected a JSON object",
        "column.csv    | id,words~1,a               | no column \"text\" among [id, words]; name it",
        "twice.csv     | text,a,a~x,y,z             | two columns are named \"a\"",
        "quotes.csv    | text,id~'a' b,1            | line: 2",
        "open.csv      | text,id~'a,1               | EOF",
        "empty.csv     | ~                          | no column \"text\" among []",
      })
  void badContentIsRefusedHereAndBeforeSparkStarts(String name, String content, String part)
      throws IOException {
    Path input = file(name, content.replace('~', '\n').replace('\'', '"'));
    assertRefused(embed(MODEL, input, output), input.toString(), part);
    assertRefused(embed(MODEL, input, output, "--on", "spark"), input.toString(), part);
    Path parquet = folder.resolve("out.parquet");
    assertRefused(embed(MODEL, input, parquet), input.toString(), part);
    assertThat(parquet).doesNotExist();
  }

  @Test
  void badParquetIsRefused() throws IOException {
    Path text = file("text.parquet", "no parquet");
    assertRefused(embed(MODEL, text, output), text.toString());
    Path empty = Files.createDirectory(folder.resolve("empty.parquet"));
    assertRefused(embed(MODEL, empty, output), empty + ": holds no parquet file");
    Path typed = folder.resolve("typed.parquet");
    embed(MODEL, file("in.jsonl", "{\"id\": 1, \"text\": \"a\"}\n"), typed);
    assertRefused(
        embed(MODEL, typed, output, "--column", "id"),
        typed + ": column \"id\" must hold texts, but is BIGINT");
    assertRefused(
        embed(MODEL, typed, output, "--column", "Text"), "no column \"Text\" among [id, text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"_hidden.csv", ".hidden.txt", "a*.jsonl", "a[1].txt", "a:b.csv"})
  void namesThatSparkDoesNotSeeAreRefusedThereOnly(String name) throws IOException {
    Path input = file(name, name.endsWith("jsonl") ? "{\"text\":\"a\"}\n" : "text\na\n");
    assertRefused(embed(MODEL, input, output, "--on", "spark"), input.toString(), "rename it");
    assertThat(embedded(input)).isNotEmpty();
  }

  private Path copyOfModel() throws IOException {
    Path copy = folder.resolve("model");
    List<Path> files;
    try (Stream<Path> tree = Files.walk(MODEL)) {
      files = tree.sorted(Comparator.naturalOrder()).toList();
    }
    for (Path file : files) {
      Files.copy(file, copy.resolve(MODEL.relativize(file).toString()));
    }
    return copy;
  }

  @Test
  void modelsThatAreNotThereAreRefusedHereAndInSpark() throws IOException {
    Path input = file("in.txt", "a\n");
    Path missing = folder.resolve("no/model");
    assertRefused(embed(missing, input, output), missing + ": no such directory");
    assertRefused(embed(missing, input, output, "--on", "spark"), missing + ": no such directory");
    assertRefused(embed(folder, input, output), folder + ": neither modules.json nor config.json");
    assertRefused(run("inspect", "--model", missing.toString()), missing + ": no such directory");
    assertRefused(run("inspect", "--model", ""), "blank");
  }

  @Test
  void aBrokenListOfModulesIsRefusedHereAndInSpark() throws IOException {
    Path model = copyOfModel();
    Files.writeString(model.resolve("modules.json"), "[{\"idx\": 0,");
    Path input = file("in.txt", "a\n");
    assertRefused(embed(model, input, output), "modules.json: not valid JSON");
    assertRefused(embed(model, input, output, "--on", "spark"), "modules.json: not valid JSON");
    Files.writeString(model.resolve("modules.json"), "{}");
    assertRefused(embed(model, input, output), "modules.json: expected a JSON array");
  }

  @Test
  void anUnknownModuleTypeIsRefused() throws IOException {
    Path model = copyOfModel();
    Path list = model.resolve("modules.json");
    Files.writeString(list, Files.readString(list).replace("pooling.Pooling", "pooling.Puddling"));
    assertRefused(
        embed(model, file("in.txt", "a\n"), output), model.toString(), "Puddling", "Pooling");
  }

  @Test
  void truncatedWeightsAreRefused() throws IOException {
    Path weights = copyOfModel().resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Path input = file("in.txt", "a\n");
    for (int length : List.of(0, 5, 100, bytes.length / 2, bytes.length - 1)) {
      Files.write(weights, Arrays.copyOf(bytes, length), StandardOpenOption.TRUNCATE_EXISTING);
      assertRefused(embed(weights.getParent(), input, output), weights.toString());
    }
  }

  @Test
  void similarityComparesHereAndInSpark() throws IOException {
    Path plain = file("plain.csv", "é a man,é a man\n\"hello, world\",a guitar\n");
    Outcome here = run("similarity", "--model", MODEL.toString(), "--input", plain.toString());
    assertThat(here.status()).isZero();
    assertThat(here.out().lines()).hasSize(2);
    assertThat(here.out()).startsWith("1.00000\té a man\té a man\n").contains("\thello, world\t");
    Path scored = file("scored.csv", "a,b,score\na man,a man,5\nhello,a guitar,0\ncat,dog,2\n");
    String[] args = {"similarity", "--model", MODEL.toString(), "--input", scored.toString()};
    Outcome local = run(args);
    assertThat(local.out()).startsWith("pairs    3\n").contains("Spearman ", "Pearson  ");
    String[] more = Arrays.copyOf(args, args.length + 2);
    more[args.length] = "--on";
    more[args.length + 1] = "spark";
    assertThat(run(more).out().lines().limit(2))
        .containsExactlyElementsOf(local.out().lines().limit(2).toList());
  }

  @Test
  void similarityRefusesWhatEmbedDoes() throws IOException {
    String model = MODEL.toString();
    Path bad = file("bad.csv", "a man,b,1\nc,d,high\n");
    assertRefused(
        run("similarity", "--model", model, "--input", bad.toString()),
        bad + " record 2: the score \"high\" is not a number");
    Path text = file("in.txt", "a\n");
    assertRefused(
        run("similarity", "--model", model, "--input", text.toString()), "must end in one of");
    Path missing = folder.resolve("missing.csv");
    assertRefused(
        run("similarity", "--model", model, "--input", missing.toString()),
        missing + ": no such file");
  }

  @Test
  void demoShowsNeighboursAndPairs() throws IOException {
    Path input =
        file("set.csv", "text,pair\na man plays,1\na man is playing,1\nhello,2\nhello world,2\n");
    Outcome outcome = run("demo", "--model", MODEL.toString(), "--input", input.toString());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("4 texts, Spark ", "known pairs: ", "of 4 texts");
    assertRefused(
        run("demo", "--model", MODEL.toString(), "--input", file("no.csv", "a\nb\n").toString()),
        "no column \"text\" among [a]");
  }

  @Test
  void inspectPrintsTheModules() {
    Outcome outcome = run("inspect", "--model", MODEL.toString(), "--truncate-dim", "7");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains("0  Transformer", "1  Pooling", "2  Normalize", "dimension       7")
        .contains("prompts         {query=, document=}");
  }

  @Test
  void inspectPrintsAModelThatNeedsATask() {
    String asym = "../common/src/test/resources/cases/asym-first/model";
    Outcome outcome = run("inspect", "--model", asym);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains("task query", "task doc", "dimension       depends on the task");
    assertThat(run("inspect", "--model", asym, "--task", "query").out())
        .contains("dimension       16");
  }

  @Test
  void joinRatePrintsBothWays() {
    Outcome outcome = run("join-rate", "60", "8", "3", "1");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .containsPattern("\\{\"what\":\"cross join\",\"pairs\":3600,\"seconds\":[0-9.]+,")
        .containsPattern("\\{\"what\":\"similarity join\",\"pairs\":3600,\"seconds\":[0-9.]+,");
  }

  @Test
  void ratePrintsLinesOfJsonAndWritesVectors() throws IOException {
    Path texts = folder.resolve("texts.txt");
    Files.writeString(texts, "a man\n" + "a man plays the guitar\n".repeat(59));
    Path vectors = folder.resolve("vectors");
    Outcome outcome =
        run(
            "rate",
            MODEL.toString(),
            texts.toString(),
            "2",
            "torch",
            "--workers",
            "1",
            "--vectors",
            vectors.toString());
    assertThat(outcome.err()).isEmpty();
    List<JsonObject> lines =
        outcome.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    assertThat(lines).hasSize(3);
    assertThat(lines).allMatch(line -> line.get("what").getAsString().equals("weft"));
    assertThat(lines.get(0).keySet()).contains("load_seconds", "cold_start_seconds");
    assertThat(lines.get(0).get("workers").getAsInt()).isEqualTo(1);
    assertThat(lines.get(1).get("texts").getAsInt()).isEqualTo(60);
    assertThat(lines.get(1).keySet()).contains("seconds", "rate", "tokens_per_second");
    assertThat(lines.get(2).get("peak_rss_mb").getAsLong()).isPositive();
    assertThat(lines.get(1).get("tokens").getAsInt()).isEqualTo(4 + 59 * 7);
    assertThat(vectors).hasSize(50L * 32 * Float.BYTES);
  }

  @Test
  void peakPrintsARateForEachShape() {
    Outcome outcome = run("peak", "0", "8x4x16", "4x4x4");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .containsPattern(
            "\\{\"what\":\"peak\",\"engine\":\"djl\",\"shape\":\"8x4x16\",\"gflops\":[0-9.]+")
        .contains("\"shape\":\"4x4x4\"");
  }
}

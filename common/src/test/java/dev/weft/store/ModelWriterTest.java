// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import dev.weft.Embedder;
import dev.weft.EmbedderOptions;
import dev.weft.EncodeOptions;
import dev.weft.Golden;
import dev.weft.TestModel;
import dev.weft.config.TensorData;
import dev.weft.module.BoW;
import dev.weft.module.Dense;
import dev.weft.module.Normalize;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Router;
import dev.weft.module.StaticEmbedding;
import dev.weft.module.Transformer;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Pipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelWriterTest {
  private static final List<String> WORDS = List.of("blue", "Zürich", "two");

  @TempDir Path folder;

  private record Texts(List<String> texts) {}

  private static Pipeline words() {
    return new Pipeline(List.of(new BoW(WORDS), new Normalize()));
  }

  private static Embedder bert(ModelSettings settings) {
    return Embedder.build(
        settings,
        EmbedderOptions.DEFAULT,
        scope ->
            new Pipeline(
                List.of(
                    Transformer.load(scope.folder(TestModel.of("pooling-mean").toString())),
                    new Pooling(32, PoolingMode.MEAN),
                    Dense.builder(32, 4).build(scope.device()),
                    new Normalize())));
  }

  /** Names of all files and folders below, with the content of files. */
  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.toList()) {
        String name = root.relativize(path).toString();
        if (Files.isDirectory(path)) {
          tree.put(name + "/", "");
        } else {
          tree.put(name, Files.readString(path, StandardCharsets.ISO_8859_1));
        }
      }
    }
    return tree;
  }

  @Test
  void everyModuleHasItsFolderAndATransformerTheRoot() throws IOException {
    Path target = folder.resolve("m");
    try (Embedder embedder = bert(ModelSettings.DEFAULT)) {
      embedder.save(target);
    }

    assertThat(tree(target).keySet())
        .containsExactly(
            "/",
            "1_Pooling/",
            "1_Pooling/config.json",
            "2_Dense/",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "3_Normalize/",
            "README.md",
            "config.json",
            "config_sentence_transformers.json",
            "model.safetensors",
            "modules.json",
            "sentence_bert_config.json",
            "tokenizer.json",
            "tokenizer_config.json");
    assertThat(Files.readString(target.resolve("modules.json")))
        .isEqualTo(
            """
            [
              {
                "idx": 0,
                "name": "0",
                "path": "",
                "type": "sentence_transformers.models.Transformer"
              },
              {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling"
              },
              {
                "idx": 2,
                "name": "2",
                "path": "2_Dense",
                "type": "sentence_transformers.models.Dense"
              },
              {
                "idx": 3,
                "name": "3",
                "path": "3_Normalize",
                "type": "sentence_transformers.models.Normalize"
              }
            ]
            """);
    assertThat(Files.readString(target.resolve("README.md")))
        .isEqualTo(
            """
            ---
            library_name: sentence-transformers
            pipeline_tag: sentence-similarity
            ---
            # A sentence-transformers model

            - Transformer: bert, max_seq_length=64
            - Pooling: mean, include_prompt=true
            - Dense: 32 -> 4, Tanh
            - Normalize: sentence_embedding
            """);
  }

  @Test
  void anotherFirstModuleHasAFolderToo() throws IOException {
    Path target = folder.resolve("m");

    ModelWriter.write(target, words(), ModelSettings.DEFAULT);

    assertThat(tree(target).keySet())
        .containsExactly(
            "/",
            "0_BoW/",
            "0_BoW/config.json",
            "1_Normalize/",
            "README.md",
            "config_sentence_transformers.json",
            "modules.json");
    assertThat(Files.readString(target.resolve("modules.json")))
        .contains("\"path\": \"0_BoW\"", "\"type\": \"sentence_transformers.models.BoW\"");
  }

  @Test
  void withoutSettingsTheFileHoldsTheEmptyPrompts() throws IOException {
    Path target = folder.resolve("m");

    ModelWriter.write(target, words(), ModelSettings.DEFAULT);

    assertThat(Files.readString(target.resolve("config_sentence_transformers.json")))
        .isEqualTo(
            """
            {
              "__version__": {
                "sentence_transformers": "6.2.0"
              },
              "prompts": {
                "query": "",
                "document": ""
              },
              "default_prompt_name": null,
              "similarity_fn_name": null
            }
            """);
  }

  @Test
  void settingsAreWrittenInTheirOrder() throws IOException {
    Map<String, String> prompts = new LinkedHashMap<>();
    prompts.put("title", "Titel: <\"ü\">");
    prompts.put("query", "query: ");
    ModelSettings settings =
        new ModelSettings(
            prompts, Optional.of("title"), OptionalInt.of(2), Optional.of("euclidean"));
    Path target = folder.resolve("m");

    ModelWriter.write(target, words(), settings);

    assertThat(Files.readString(target.resolve("config_sentence_transformers.json")))
        .isEqualTo(
            """
            {
              "__version__": {
                "sentence_transformers": "6.2.0"
              },
              "prompts": {
                "title": "Titel: <\\"ü\\">",
                "query": "query: "
              },
              "default_prompt_name": "title",
              "similarity_fn_name": "euclidean",
              "truncate_dim": 2
            }
            """);
    try (Embedder embedder = Embedder.load(target.toString())) {
      assertThat(embedder.settings().prompts())
          .containsEntry("title", "Titel: <\"ü\">")
          .containsEntry("document", "");
      assertThat(embedder.settings().similarity()).contains("euclidean");
      assertThat(embedder.encode(List.of("blue"), EncodeOptions.DEFAULT)[0]).hasSize(2);
    }
  }

  @Test
  void settingsThatDoNotFitAreRefusedWhereTheyAreMade() {
    assertThatThrownBy(
            () -> ModelSettings.DEFAULT.withPrompts(Map.of("a", "b"), Optional.of("title")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("default_prompt_name \"title\" is not one of the prompts [query, document, a]");
    assertThatThrownBy(
            () ->
                new ModelSettings(Map.of(), Optional.empty(), OptionalInt.of(0), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"truncate_dim\" must be at least 1, but is 0");
  }

  @Test
  void whatIsThereAlreadyIsLeftAlone() throws IOException {
    Path used = Files.createDirectory(folder.resolve("used"));
    Files.writeString(used.resolve("note.txt"), "mine");
    Path file = Files.writeString(folder.resolve("file"), "mine too");
    Map<String, String> before = tree(folder);

    for (Path target : List.of(used, file)) {
      assertThatThrownBy(() -> ModelWriter.write(target, words(), ModelSettings.DEFAULT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(target + " is there already; save to a new or empty directory");
    }
    assertThat(tree(folder)).isEqualTo(before);
  }

  @Test
  void anEmptyDirectoryIsFilled() throws IOException {
    Path target = Files.createDirectory(folder.resolve("empty"));

    ModelWriter.write(target, words(), ModelSettings.DEFAULT);

    assertThat(tree(target)).hasSize(7).containsKey("modules.json");
    assertThat(folder).isDirectoryContaining(path -> path.equals(target));
    assertThat(tree(folder)).as("no draft is left").hasSize(8);
  }

  @Test
  void othersMayReadWhatTheyMayReadOfAnyDirectory() throws IOException {
    assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
    Path target = folder.resolve("m");

    ModelWriter.write(target, words(), ModelSettings.DEFAULT);

    Path any = Files.createDirectory(folder.resolve("any"));
    assertThat(Files.getPosixFilePermissions(target)).isEqualTo(Files.getPosixFilePermissions(any));
  }

  @Test
  void missingParentsAreMadeAndARelativePathIsFine() throws IOException {
    Path deep = folder.resolve("a/b/../c/m");
    Path relative = Path.of("").toAbsolutePath().relativize(folder.toRealPath().resolve("r/m"));
    assertThat(relative.isAbsolute()).isFalse();

    ModelWriter.write(deep, words(), ModelSettings.DEFAULT);
    ModelWriter.write(relative, words(), ModelSettings.DEFAULT);

    assertThat(tree(folder.resolve("a/c/m"))).isEqualTo(tree(folder.resolve("r/m"))).hasSize(7);
    assertThat(folder.resolve("a/b")).doesNotExist();
  }

  /** A module whose numbers or whose spec cannot be had. */
  private record Failing(RuntimeException failure, boolean withTensor) implements Module {
    @Override
    public String name() {
      return "Failing";
    }

    @Override
    public String settings() {
      return "";
    }

    @Override
    public Set<Key<?>> needs() {
      return Set.of();
    }

    @Override
    public Set<Key<?>> adds() {
      return Set.of();
    }

    @Override
    public int width(int inputWidth) {
      return inputWidth;
    }

    @Override
    public Features forward(Features features) {
      return features;
    }

    @Override
    public ModuleSpec spec() {
      if (!withTensor) {
        throw failure;
      }
      return ModuleSpec.of(name())
          .withText("config.json", "{}")
          .withTensor("half", new HalfATensor());
    }
  }

  /** A tensor of which the second half does not come. */
  private static final class HalfATensor implements TensorData {
    @Override
    public String dtype() {
      return "F32";
    }

    @Override
    public long[] shape() {
      return new long[] {2};
    }

    @Override
    public void writeTo(WritableByteChannel target) throws IOException {
      target.write(ByteBuffer.allocate(4));
      throw new IOException("no room");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFailureInTheMiddleLeavesNothing(boolean targetIsThere) throws IOException {
    Path target = folder.resolve("m");
    if (targetIsThere) {
      Files.createDirectory(target);
    }
    Map<String, String> before = tree(folder);
    IllegalStateException failure = new IllegalStateException("no spec");
    Pipeline noRoom =
        new Pipeline(List.of(new BoW(WORDS), new Failing(failure, true), new Normalize()));
    Pipeline noSpec = new Pipeline(List.of(new BoW(WORDS), new Failing(failure, false)));

    assertThatThrownBy(() -> ModelWriter.write(target, noRoom, ModelSettings.DEFAULT))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("while saving a model to " + target + ": no room");
    assertThatThrownBy(() -> ModelWriter.write(target, noSpec, ModelSettings.DEFAULT))
        .isSameAs(failure);

    assertThat(tree(folder)).isEqualTo(before);
  }

  private static Pipeline routed(String key) {
    return new Pipeline(List.of(new Router(Map.of(key, List.of(new BoW(WORDS))))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../up", "a/b", "/abs", "x/../../y"})
  void aRouteWhoseKeyIsAPathIsNotWritten(String key) throws IOException {
    Path target = folder.resolve("deep/m");

    assertThatThrownBy(() -> ModelWriter.write(target, routed(key), ModelSettings.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"" + key + "_0_BoW\" cannot be the name of a folder; give the route another key");
    assertThat(tree(folder)).containsOnlyKeys("/", "deep/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "", "Größe ü"})
  void anyOtherKeyIsPartOfAName(String key) throws IOException {
    Path target = folder.resolve("m");

    ModelWriter.write(target, routed(key), ModelSettings.DEFAULT);

    assertThat(target.resolve("0_Router").resolve(key + "_0_BoW").resolve("config.json")).exists();
    try (Embedder embedder = Embedder.load(target.toString())) {
      assertThat(embedder.encode(List.of("two blue two"))).isDeepEqualTo(new float[][] {{1, 0, 2}});
    }
  }

  private static Path weights(String name) {
    return Path.of("src/test/resources/cases", "weights-" + name);
  }

  @ParameterizedTest
  @CsvSource({"fp16, F16", "bf16, BF16", "sharded, F32", "bert-bin, F32"})
  void aTransformerKeepsTheTypeOfItsWeightsWhateverFileTheyWereIn(String name, ElementType type)
      throws IOException {
    Path model = weights(name).resolve("model");
    Path target = folder.resolve("m");
    List<String> texts = texts(weights(name));
    float[][] expected;
    try (Embedder embedder = Embedder.load(model.toString())) {
      expected = embedder.encode(texts);
      embedder.save(target);
    }

    TensorFile before = WeightFiles.open(model);
    TensorFile after = SafeTensors.open(target.resolve("model.safetensors"));
    assertThat(after.names()).isEqualTo(before.names()).hasSizeGreaterThan(15);
    for (String tensor : after.names()) {
      assertThat(after.entry(tensor).type()).as(tensor).isEqualTo(before.entry(tensor).type());
      assertThat(after.entry(tensor).shape()).isEqualTo(before.entry(tensor).shape());
    }
    assertThat(after.names().stream().map(tensor -> after.entry(tensor).type())).contains(type);
    assertSameVectors(target, texts, expected);
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(file -> file.endsWith(".bin") || file.endsWith(".safetensors"))
          .containsExactly("model.safetensors");
    }
  }

  @Test
  void otherModulesAreSavedInFloat32WhichHoldsEveryNumber() throws IOException {
    for (String name : List.of("fp16", "bf16", "bin")) {
      Path target = folder.resolve(name);
      List<String> texts = texts(weights(name));
      float[][] expected;
      try (Embedder embedder = Embedder.load(weights(name).resolve("model").toString())) {
        expected = embedder.encode(texts);
        embedder.save(target);
      }

      String dense = name.equals("bin") ? "3_Dense" : "2_Dense";
      TensorFile weights = SafeTensors.open(target.resolve(dense + "/model.safetensors"));
      assertThat(weights.entry("linear.weight").type()).isEqualTo(ElementType.F32);
      assertSameVectors(target, texts, expected);
    }
  }

  private static List<String> texts(Path weights) throws IOException {
    return new Gson()
        .fromJson(Files.readString(weights.resolve("expected.json")), Texts.class)
        .texts();
  }

  private static void assertSameVectors(Path model, List<String> texts, float[][] expected) {
    assertThat(texts).hasSizeGreaterThan(3);
    try (Embedder embedder = Embedder.load(model.toString())) {
      float[][] actual = embedder.encode(texts);
      assertThat(actual).hasNumberOfRows(expected.length);
      for (int row = 0; row < expected.length; row++) {
        Golden.assertClose(actual[row], expected[row], 1e-6, "%s %d", model, row);
      }
      assertThat(expected[0]).isNotEqualTo(expected[1]);
    }
  }

  @Test
  void savingTwiceWritesTheSame() throws IOException {
    Path first = folder.resolve("1");
    Path second = folder.resolve("2");
    try (Embedder embedder = bert(ModelSettings.DEFAULT)) {
      embedder.save(first);
      embedder.encode(List.of("a man plays the guitar"));
      embedder.save(second);

      assertThat(tree(second)).isEqualTo(tree(first));
      assertThatThrownBy(() -> embedder.save(first))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(first + " is there already; save to a new or empty directory");
    }
  }

  @Test
  void savingAndEncodingMayGoOnAtOnce() throws Exception {
    List<String> texts = TestModel.texts("pooling-mean");
    try (Embedder embedder = bert(ModelSettings.DEFAULT)) {
      float[][] expected = embedder.encode(texts);
      CountDownLatch encoding = new CountDownLatch(1);
      CountDownLatch saved = new CountDownLatch(1);
      EncodeOptions waiting =
          EncodeOptions.DEFAULT.withProgress(
              (done, total) -> {
                encoding.countDown();
                awaitQuietly(saved);
              });
      FutureTask<float[][]> call = new FutureTask<>(() -> embedder.encode(texts, waiting));
      new Thread(call).start();
      encoding.await();

      embedder.save(folder.resolve("m"));
      saved.countDown();

      float[][] actual = call.get();
      for (int row = 0; row < expected.length; row++) {
        Golden.assertClose(actual[row], expected[row], 1e-5, "row %d", row);
      }
      assertSameVectors(folder.resolve("m"), texts, expected);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aClosedEmbedderSavesNothing() throws IOException {
    Embedder embedder = Embedder.build(scope -> words());
    embedder.close();

    assertThatThrownBy(() -> embedder.save(folder.resolve("m")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the embedder is closed");
    assertThat(tree(folder)).containsOnlyKeys("/");
  }

  @Test
  void modulesOfRoutesStandInFoldersOfTheRouter() throws IOException {
    Path target = folder.resolve("m");
    try (Embedder embedder =
        Embedder.build(
            scope ->
                new Pipeline(
                    List.of(
                        Router.forQueryDocument(
                            List.of(
                                StaticEmbedding.builder(
                                        scope.folder(TestModel.of("pooling-mean").toString()))
                                    .embeddingDim(3)
                                    .build()),
                            List.of(new BoW(WORDS), new Normalize())))))) {
      embedder.save(target);
    }

    assertThat(tree(target).keySet())
        .contains(
            "0_Router/router_config.json",
            "0_Router/query_0_StaticEmbedding/model.safetensors",
            "0_Router/query_0_StaticEmbedding/tokenizer.json",
            "0_Router/document_0_BoW/config.json",
            "0_Router/document_1_Normalize/");
  }
}

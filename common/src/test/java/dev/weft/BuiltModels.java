// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.module.Activation;
import dev.weft.module.Asym;
import dev.weft.module.BoW;
import dev.weft.module.CNN;
import dev.weft.module.Dense;
import dev.weft.module.Dropout;
import dev.weft.module.EmptyKey;
import dev.weft.module.LSTM;
import dev.weft.module.LayerNorm;
import dev.weft.module.Mapping;
import dev.weft.module.Normalize;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.PromptPooling;
import dev.weft.module.RouteKey;
import dev.weft.module.Router;
import dev.weft.module.StaticEmbedding;
import dev.weft.module.Transformer;
import dev.weft.module.WeightedLayerPooling;
import dev.weft.module.WordEmbeddings;
import dev.weft.module.WordWeighting;
import dev.weft.module.WordWeights;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.Pipeline;
import dev.weft.pipeline.Stage;
import dev.weft.store.ModelScope;
import dev.weft.store.ModelSettings;
import dev.weft.text.PhraseTokenizer;
import dev.weft.text.TransformersTokenizerWrapper;
import dev.weft.text.WhitespaceTokenizer;
import dev.weft.text.WordTokenizer;
import dev.weft.text.WordVectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Every module, built in Java with random weights, in chains that the reference can read. */
final class BuiltModels {
  private static final String BERT = "v4-dense-normalize";
  private static final int HIDDEN = 32;
  private static final int WIDTH = 12;

  private static final List<String> WORDS =
      List.of(
          "the",
          "a",
          "man",
          "woman",
          "plays",
          "guitar",
          "new_york",
          "bank_of_england",
          "stock",
          "fell",
          "rose",
          "slow",
          "song",
          "blue",
          "two",
          "Zürich",
          "keyboard");

  private static final List<String> KNOWN =
      List.of(
          "A man plays the guitar.",
          "The stock of the Bank of England fell, fell, FELL - and rose in New York!",
          "blue",
          "the woman plays a slow song on a keyboard ".repeat(4));

  private static final List<String> TEXTS =
      Stream.concat(KNOWN.stream(), Stream.of("", "zzz qqq", " Zürich, 東京 🚆 ")).toList();

  private BuiltModels() {}

  /**
   * A model.
   *
   * @param since the oldest release that reads what is saved of it
   * @param calls keyword arguments of encode, one map a call
   * @param batchSize how many texts the reference may take at once
   */
  record Built(
      String name,
      List<Integer> since,
      List<String> texts,
      List<Map<String, Object>> calls,
      int batchSize,
      ModelSettings settings,
      Function<ModelScope, Pipeline> pipeline) {

    private Built since(int major, int minor) {
      return new Built(name, List.of(major, minor), texts, calls, batchSize, settings, pipeline);
    }

    private Built texts(List<String> others) {
      return new Built(name, since, others, calls, batchSize, settings, pipeline);
    }

    private Built calls(List<Map<String, Object>> others) {
      return new Built(name, since, texts, others, batchSize, settings, pipeline);
    }

    private Built oneByOne() {
      return new Built(name, since, texts, calls, 1, settings, pipeline);
    }

    private Built settings(ModelSettings other) {
      return new Built(name, since, texts, calls, batchSize, other, pipeline);
    }

    Embedder build() {
      return Embedder.build(settings, EmbedderOptions.DEFAULT, pipeline);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Built built(String name, Function<ModelScope, List<? extends Stage>> stages) {
    return new Built(
        name,
        List.of(4, 1),
        TEXTS,
        List.of(Map.of()),
        32,
        ModelSettings.DEFAULT,
        scope -> new Pipeline(stages.apply(scope)));
  }

  static Stream<Built> all() {
    return Stream.of(transformers(), words(), routes()).flatMap(List::stream);
  }

  private static ModuleDir bertDir(ModelScope scope) {
    return scope.folder(TestModel.of(BERT).toString());
  }

  private static Transformer bert(ModelScope scope) {
    return Transformer.load(bertDir(scope));
  }

  private static Pooling mean(int width) {
    return new Pooling(width, PoolingMode.MEAN);
  }

  private static Pooling pooling(int width, PoolingMode... modes) {
    return new Pooling(width, List.of(modes), PromptPooling.INCLUDE);
  }

  private static Dense dense(int in, int out, ModelScope scope) {
    return Dense.builder(in, out).seed(in * 31L + out).build(scope.device());
  }

  private static List<Built> transformers() {
    Map<String, String> prompts = new LinkedHashMap<>();
    prompts.put("query", "query: ");
    prompts.put("passage", "");
    return List.of(
        built("transformer-mean", scope -> List.of(bert(scope), mean(HIDDEN))),
        built(
            "transformer-short-lower-modes",
            scope ->
                List.of(
                    Transformer.builder(bertDir(scope)).maxSeqLength(9).doLowerCase().load(),
                    pooling(HIDDEN, PoolingMode.CLS, PoolingMode.MAX, PoolingMode.LASTTOKEN))),
        built(
                "transformer-prompts",
                scope ->
                    List.of(
                        bert(scope),
                        new Pooling(HIDDEN, List.of(PoolingMode.MEAN), PromptPooling.EXCLUDE)))
            .texts(KNOWN)
            .settings(ModelSettings.DEFAULT.withPrompts(prompts, Optional.of("query")))
            .calls(List.of(Map.of(), Map.of("prompt", "custom: "))),
        built(
                "pooling-list-order",
                scope ->
                    List.of(
                        bert(scope), pooling(HIDDEN, PoolingMode.WEIGHTEDMEAN, PoolingMode.CLS)))
            .since(5, 4),
        built(
            "dense-normalize",
            scope ->
                List.of(
                    bert(scope),
                    mean(HIDDEN),
                    dense(HIDDEN, 20, scope),
                    Dense.builder(20, 8)
                        .withoutBias()
                        .activation(Activation.of("GELU"))
                        .build(scope.device()),
                    Dense.builder(8, 6).activation(Activation.of("Identity")).build(scope.device()),
                    new Normalize())),
        built(
                "dense-residual-tokens",
                scope ->
                    List.of(
                        bert(scope),
                        Dense.builder(HIDDEN, 10)
                            .mapping(Mapping.TOKENS)
                            .withResidual()
                            .build(scope.device()),
                        mean(10),
                        Dense.builder(10, 10)
                            .activation(Activation.prelu(0.3f))
                            .withResidual()
                            .build(scope.device()),
                        new Normalize(Mapping.SENTENCE)))
            .since(6, 2),
        built(
            "layer-norm-dropout",
            scope ->
                List.of(
                    bert(scope),
                    mean(HIDDEN),
                    LayerNorm.create(HIDDEN, scope.device()),
                    new Dropout(0.3))),
        built(
            "weighted-layer-pooling",
            scope ->
                List.of(
                    Transformer.builder(bertDir(scope))
                        .configArgs(Map.of("output_hidden_states", true))
                        .load(),
                    WeightedLayerPooling.builder(HIDDEN)
                        .numHiddenLayers(3)
                        .layerStart(1)
                        .layerWeights(0.25f, 1.5f, 0.5f)
                        .build(),
                    mean(HIDDEN))),
        built(
            "static-normalize",
            scope ->
                List.of(
                    StaticEmbedding.builder(bertDir(scope)).embeddingDim(9).build(),
                    new Normalize())));
  }

  private static WordVectors vectors(List<String> vocab) {
    Random random = new Random(7);
    float[] values = new float[vocab.size() * WIDTH];
    for (int i = WIDTH; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new WordVectors(vocab, WIDTH, values);
  }

  private static List<String> padded(List<String> words) {
    List<String> vocab = new ArrayList<>(List.of("PADDING_TOKEN"));
    vocab.addAll(words);
    return vocab;
  }

  private static WordEmbeddings embeddings(
      ModelScope scope, Function<List<String>, WordTokenizer> tokenizer) {
    return WordEmbeddings.builder(vectors(padded(WORDS)))
        .tokenizer(tokenizer)
        .build(scope.device());
  }

  private static WordTokenizer lowering(List<String> vocab) {
    return WhitespaceTokenizer.builder(vocab).stopWords(Set.of("and", "on")).lowerCase().build();
  }

  private static WordTokenizer pieces(ModelScope scope) {
    ModuleDir dir = bertDir(scope);
    String json = dir.text("tokenizer.json").orElseThrow();
    return TransformersTokenizerWrapper.parse(dir.label("tokenizer.json"), json);
  }

  private static WordWeighting frequencies() {
    Map<String, Double> weights = new LinkedHashMap<>();
    weights.put("man", 1.25);
    weights.put("fell", 0.5);
    weights.put("zürich", 3.0);
    return new WordWeighting(weights, 0.75);
  }

  private static List<Built> words() {
    return List.of(
        built(
            "words-mean", scope -> List.of(embeddings(scope, BuiltModels::lowering), mean(WIDTH))),
        built(
            "words-phrase", scope -> List.of(embeddings(scope, PhraseTokenizer::of), mean(WIDTH))),
        built(
                "words-transformers-short",
                scope -> {
                  WordTokenizer pieces = pieces(scope);
                  return List.of(
                      WordEmbeddings.builder(vectors(pieces.vocab()))
                          .tokenizer(vocab -> pieces)
                          .maxSeqLength(7)
                          .build(scope.device()),
                      mean(WIDTH));
                })
            .since(6, 2),
        built(
            "words-weights",
            scope ->
                List.of(
                    embeddings(scope, WhitespaceTokenizer::of),
                    new WordWeights(padded(WORDS), frequencies(), scope.device()),
                    pooling(WIDTH, PoolingMode.MEAN, PoolingMode.MEAN_SQRT_LEN_TOKENS))),
        built(
                "words-cnn",
                scope ->
                    List.of(
                        embeddings(scope, BuiltModels::lowering),
                        CNN.builder(WIDTH).outChannels(5).build(scope.device()),
                        pooling(15, PoolingMode.MAX, PoolingMode.MEAN)))
            .texts(KNOWN)
            .oneByOne(),
        built(
                "words-cnn-strided",
                scope ->
                    List.of(
                        embeddings(scope, BuiltModels::lowering),
                        CNN.builder(WIDTH)
                            .outChannels(5)
                            .kernelSizes(3)
                            .strideSizes(2)
                            .build(scope.device()),
                        mean(5)))
            .since(6, 2)
            .texts(KNOWN)
            .oneByOne(),
        built(
                "words-lstm",
                scope ->
                    List.of(
                        embeddings(scope, BuiltModels::lowering),
                        LSTM.builder(WIDTH, 6).numLayers(2).dropout(0.2).build(scope.device()),
                        pooling(12, PoolingMode.MAX, PoolingMode.MEAN)))
            .texts(KNOWN),
        built(
                "bow-tfidf-dense",
                scope -> {
                  BoW bow = new BoW(WORDS, frequencies(), BoW.TermFrequency.CUMULATIVE);
                  return List.of(bow, dense(WORDS.size(), 6, scope));
                })
            .since(5, 0),
        built(
                "bow-binary",
                scope -> List.of(new BoW(WORDS, WordWeighting.NONE, BoW.TermFrequency.BINARY)))
            .since(5, 0));
  }

  private static List<Map<String, Object>> calls(String argument, String... values) {
    return Stream.of(values).map(value -> Map.<String, Object>of(argument, value)).toList();
  }

  private static List<Built> routes() {
    return List.of(
        built(
                "asym-heads",
                scope -> {
                  Map<String, List<Stage>> heads = new LinkedHashMap<>();
                  heads.put("query", List.of(dense(HIDDEN, 8, scope)));
                  heads.put("doc", List.of(dense(HIDDEN, 16, scope), dense(16, 8, scope)));
                  return List.of(bert(scope), mean(HIDDEN), new Asym(heads, EmptyKey.ALLOW));
                })
            .calls(calls("asym_key", "query", "doc")),
        built(
                "asym-first",
                scope -> {
                  Map<String, List<Stage>> sides = new LinkedHashMap<>();
                  sides.put("query", List.of(bert(scope), pooling(HIDDEN, PoolingMode.CLS)));
                  sides.put("doc", List.of(bert(scope), mean(HIDDEN)));
                  return List.of(new Asym(sides, EmptyKey.REFUSE));
                })
            .calls(calls("asym_key", "query", "doc")),
        built(
                "router-query-document",
                scope ->
                    List.of(
                        Router.forQueryDocument(
                            List.of(
                                StaticEmbedding.builder(bertDir(scope)).embeddingDim(8).build()),
                            List.of(bert(scope), mean(HIDDEN), dense(HIDDEN, 8, scope)))))
            .since(5, 0)
            .calls(
                Stream.concat(
                        Stream.of(Map.<String, Object>of()),
                        calls("task", "query", "document").stream())
                    .toList()),
        built(
                "router-mappings-shared",
                scope -> {
                  Dense shared = dense(HIDDEN, 8, scope);
                  Map<String, List<Stage>> sides = new LinkedHashMap<>();
                  sides.put("query", List.of(shared));
                  sides.put("document", List.of(shared, new Normalize()));
                  Map<RouteKey, String> mappings = new LinkedHashMap<>();
                  mappings.put(RouteKey.task("search"), "query");
                  mappings.put(new RouteKey(Optional.empty(), List.of("text")), "document");
                  return List.of(
                      bert(scope),
                      mean(HIDDEN),
                      new Router(sides, Optional.empty(), EmptyKey.REFUSE, mappings));
                })
            .since(6, 2)
            .calls(
                Stream.concat(
                        Stream.of(Map.<String, Object>of()),
                        calls("task", "search", "query").stream())
                    .toList()));
  }
}

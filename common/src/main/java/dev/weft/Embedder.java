// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDManager;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Pipeline;
import dev.weft.store.ModelDir;
import dev.weft.store.ModelScope;
import dev.weft.store.ModelSettings;
import dev.weft.store.ModelSource;
import dev.weft.store.ModelWriter;
import dev.weft.store.ModuleRegistry;
import dev.weft.text.LongTexts;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * A loaded model that turns texts into vectors.
 *
 * <p>Texts are taken in bounded windows, tokenised, sorted by length, cut into batches by a budget
 * of tokens and run on one worker a core; results come back in the order of the texts. Vectors do
 * not depend on their neighbours but for the last bits of a float.
 *
 * <p>Safe for many threads at once: they share the weights and the workers. {@link #close} waits
 * for running calls and frees the native memory.
 */
public final class Embedder implements AutoCloseable {
  private final Pipeline pipeline;
  private final ModelSettings settings;
  private final NDManager device;
  private final Workers workers;
  private final int batchTokens;
  private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
  private boolean closed;

  private final EncodeMeter meter = new EncodeMeter();

  private Embedder(
      Pipeline pipeline, ModelSettings settings, NDManager device, EmbedderOptions options) {
    this.pipeline = pipeline;
    this.settings = settings;
    this.device = device;
    boolean gpu = device.getDevice().isGpu();
    int cores = Runtime.getRuntime().availableProcessors();
    this.workers = new Workers(options.workers() > 0 ? options.workers() : gpu ? 1 : cores);
    this.batchTokens = options.batchTokens();
  }

  /** Loads a model with default options; see {@link #load(String, EmbedderOptions)}. */
  public static Embedder load(String model) {
    return load(model, EmbedderOptions.DEFAULT);
  }

  /**
   * Loads a model.
   *
   * @param model a directory, a {@code .zip} of one, either as a {@code file:} address, an address
   *     that a {@link dev.weft.store.ModelFetcher} reads, or a hub id such as {@code
   *     sentence-transformers/all-MiniLM-L6-v2}, which is looked up in the local hub cache first
   * @throws ModelException if it cannot be found or used, saying why
   */
  public static Embedder load(String model, EmbedderOptions options) {
    ModelDir dir = ModelScope.open(model, options.backend());
    ModelSettings settings = dir.settings();
    return open(
        device -> dir.load(ModuleRegistry.standard(), device, options.backend()),
        settings,
        options);
  }

  /** Builds a model in Java; see {@link #build(ModelSettings, EmbedderOptions, Function)}. */
  public static Embedder build(Function<ModelScope, Pipeline> pipeline) {
    return build(ModelSettings.DEFAULT, EmbedderOptions.DEFAULT, pipeline);
  }

  /**
   * Builds a model in Java, from modules of one's own choice.
   *
   * <pre>{@code
   * Embedder embedder =
   *     Embedder.build(
   *         scope ->
   *             new Pipeline(
   *                 List.of(
   *                     Transformer.builder(scope.folder("bert-base")).maxSeqLength(128).load(),
   *                     new Pooling(768, PoolingMode.MEAN),
   *                     Dense.builder(768, 256).build(scope.device()))));
   * }</pre>
   *
   * @param settings prompts and defaults it carries
   * @param pipeline makes the modules; called once, before this returns
   */
  public static Embedder build(
      ModelSettings settings, EmbedderOptions options, Function<ModelScope, Pipeline> pipeline) {
    return open(
        device -> pipeline.apply(new ModelScope(device, options.backend())), settings, options);
  }

  private static Embedder open(
      Function<NDManager, Pipeline> pipeline, ModelSettings settings, EmbedderOptions options) {
    NDManager device = TorchEngine.open(options.device());
    try {
      return new Embedder(pipeline.apply(device), settings, device, options);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /**
   * Saves the model in the directory layout of sentence-transformers, for releases 4.1 to 6.2 of it
   * and for {@link #load}. The directory appears when it is whole.
   *
   * @param directory a new or empty directory
   */
  public void save(Path directory) {
    lifetime.readLock().lock();
    try {
      checkOpen();
      ModelWriter.write(directory, pipeline, settings);
    } finally {
      lifetime.readLock().unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the embedder is closed");
    }
  }

  /** The stages, for looking at. */
  public Pipeline pipeline() {
    return pipeline;
  }

  /** Prompts and defaults the model carries. */
  public ModelSettings settings() {
    return settings;
  }

  /** How many GPUs the engine of this process sees; starts the engine. */
  public static int gpus() {
    return TorchEngine.gpus();
  }

  /** Batches that run at once. */
  public int workers() {
    return workers.count();
  }

  /** Windows of texts that wait for their turn, and batches that wait for a worker. */
  public int waiting() {
    return workers.waiting();
  }

  /**
   * The most padded tokens of a batch that a call with these options runs.
   *
   * @throws IllegalArgumentException if no route of the model fits the task
   */
  public int batchTokens(EncodeOptions options) {
    return batchTokens > 0
        ? batchTokens
        : pipeline.input(options.task()).batchTokens(device.getDevice());
  }

  /**
   * Width of the vectors that a call with these options returns.
   *
   * @throws IllegalArgumentException if no route of the model fits the task
   */
  public int dimension(EncodeOptions options) {
    int cut = options.truncateDim().orElse(settings.truncateDim().orElse(Integer.MAX_VALUE));
    return Math.min(pipeline.dimension(options.task()), cut);
  }

  /**
   * Width of the vectors that calls with these options will return, as the small files of a model
   * declare it. Loads, fetches and checks nothing: for those who plan what others will run.
   *
   * @param model what {@link #load(String)} takes
   * @return empty where the model is not on this machine, or its files do not say
   */
  public static OptionalInt declaredDimension(String model, EncodeOptions options) {
    try {
      Optional<Path> present = ModelSource.fromEnvironment().findPresent(model);
      if (present.isEmpty()) {
        return OptionalInt.empty();
      }
      ModelDir dir = ModelDir.open(present.get());
      int cut =
          options.truncateDim().orElse(dir.settings().truncateDim().orElse(Integer.MAX_VALUE));
      OptionalInt width = dir.declaredWidth(options.task());
      return width.isPresent() ? OptionalInt.of(Math.min(width.getAsInt(), cut)) : width;
    } catch (ModelException e) {
      return OptionalInt.empty(); // loading it will say what is wrong
    }
  }

  /**
   * Width of the vectors that calls with these options return, whatever their task.
   *
   * @throws IllegalArgumentException if it depends on the task
   */
  public int dimensionOfAnyTask(EncodeOptions options) {
    Set<String> tasks = pipeline.tasks();
    if (tasks.isEmpty()) {
      return dimension(options);
    }
    int[] widths =
        tasks.stream().mapToInt(task -> dimension(options.withTask(task))).distinct().toArray();
    if (widths.length > 1) {
      throw new IllegalArgumentException(
          "the routes "
              + tasks
              + " make vectors of different widths "
              + Arrays.toString(widths)
              + ", which cannot stand in one column; choose one task");
    }
    return widths[0];
  }

  /** What it has done so far. */
  public EncodeCounters counters() {
    return meter.counters();
  }

  /** One vector a text, in their order. */
  public float[][] encode(List<String> texts) {
    return encode(texts, EncodeOptions.DEFAULT);
  }

  /**
   * One vector a text, in their order. An empty text has a vector too, that of the special tokens;
   * a lone surrogate counts as U+FFFD; a text beyond the model's length is cut, unless the options
   * say otherwise.
   *
   * @return (texts, {@link #dimension})
   * @throws IllegalArgumentException if a text is null or the prompt's name is unknown
   * @throws dev.weft.pipeline.EncodeException naming the text, if one has no vector
   */
  public float[][] encode(List<String> texts, EncodeOptions options) {
    float[][] vectors = new float[texts.size()][dimension(options)];
    encode(
        texts,
        options,
        (rows, width, values) -> {
          for (int row : rows) {
            values.get(vectors[row]);
          }
        });
    return vectors;
  }

  /** As {@link #encode(List, EncodeOptions)}, the key of the texts being the task. */
  public float[][] encode(KeyedTexts keyed, EncodeOptions options) {
    return encode(keyed.texts(), options.withTask(keyed.key()));
  }

  /** As {@link #encode(List, EncodeOptions)}, with the prompt and the task of queries. */
  public float[][] encodeQuery(List<String> texts, EncodeOptions options) {
    return encode(texts, Prompts.forQuery(options, settings));
  }

  /** As {@link #encode(List, EncodeOptions)}, with the prompt and the task of documents. */
  public float[][] encodeDocument(List<String> texts, EncodeOptions options) {
    return encode(texts, Prompts.forDocument(options, settings));
  }

  /**
   * One coded vector a text, calibrated on the vectors of this call: {@code int8} and {@code uint8}
   * need about a hundred texts to be of use. For ranges of your own, call {@link #encode} and
   * {@link Quantizer}.
   *
   * @throws IllegalArgumentException for {@code int8} and {@code uint8} of a single text, which has
   *     no ranges
   */
  public byte[][] encodeQuantized(List<String> texts, EncodeOptions options, Precision precision) {
    float[][] vectors = encode(texts, options);
    if (!precision.isCalibrated()) {
      return Quantizer.binary(vectors, precision);
    }
    if (vectors.length == 0) {
      return new byte[0][];
    }
    if (vectors.length == 1) {
      throw new IllegalArgumentException(
          "Cannot compute "
              + precision
              + " quantization ranges from a single embedding. Encode more texts in the call, or"
              + " call Quantizer.scalar with the ranges of a representative set");
    }
    return Quantizer.scalar(vectors, precision, CalibrationRanges.of(vectors));
  }

  /**
   * One vector a token: for each text the token embeddings from its first token to its last,
   * special tokens included and padding left out, as {@code output_value="token_embeddings"} gives
   * them.
   *
   * @throws IllegalArgumentException if long texts are to be split, which only a mean survives
   */
  public List<float[][]> encodeTokens(List<String> texts, EncodeOptions options) {
    if (options.longTexts() == LongTexts.SPLIT) {
      throw new IllegalArgumentException(
          "the vectors of tokens cannot be split; let long texts be cut or fail");
    }
    float[][][] vectors = new float[texts.size()][][];
    call(texts, options, new TokenOutput(vectors));
    return List.of(vectors);
  }

  /**
   * Hands the vectors of every batch to the sink as they are made, without a copy in between; a
   * text that makes its batch fail is found, and the sink decides whether the call goes on without
   * it.
   *
   * @throws IllegalArgumentException if a text is null or the options do not fit the model
   * @throws dev.weft.pipeline.EncodeException if the device or the sink gives up
   */
  public void encode(List<String> texts, EncodeOptions options, VectorSink sink) {
    VectorOutput output = new VectorOutput(dimension(options), options.scaling(), sink);
    if (options.longTexts() == LongTexts.SPLIT) {
      call(texts, options, new SplitOutput(output, device, pipeline.steps(options.task())));
    } else {
      call(texts, options, output);
    }
  }

  /**
   * As {@link #encode(List, EncodeOptions, VectorSink)}, each text by options of its own: a column
   * may say which task or prompt a row's text has. Texts with equal options are encoded together;
   * options that do not fit the model are failures of their texts.
   *
   * @param options as many as there are texts
   */
  public void encode(List<String> texts, List<EncodeOptions> options, VectorSink sink) {
    if (texts.size() != options.size()) {
      throw new IllegalArgumentException(
          texts.size() + " texts need as many options, but there are " + options.size());
    }
    OptionGroups.of(options)
        .forEach((group, rows) -> encodeGroup(new Selection(texts, rows), group, sink));
  }

  /** Options that do not fit the model are the failure of each text that asks for them. */
  private void encodeGroup(Selection chosen, EncodeOptions options, VectorSink sink) {
    try {
      dimension(options);
      Prompts.resolve(options, settings);
    } catch (IllegalArgumentException e) {
      for (int i = 0; i < chosen.size(); i++) {
        meter.failed();
        options.meter().ifPresent(EncodeMeter::failed);
        sink.failed(chosen.position(i), TextFailure.of(chosen.get(i), e));
      }
      return;
    }
    encode(chosen, options, chosen.inPlace(sink));
  }

  private <T> void call(List<String> texts, EncodeOptions options, BatchOutput<T> output) {
    lifetime.readLock().lock();
    try {
      checkOpen();
      EncodeCall.Model model = new EncodeCall.Model(pipeline, device, workers, meter);
      new EncodeCall<>(model, texts, options, output)
          .run(Prompts.resolve(options, settings), batchTokens(options));
    } finally {
      lifetime.readLock().unlock();
    }
  }

  /** Waits for running calls, then frees weights, tokenizer and threads. */
  @Override
  public void close() {
    lifetime.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        workers.close();
        pipeline.close();
        device.close();
      }
    } finally {
      lifetime.writeLock().unlock();
    }
  }
}

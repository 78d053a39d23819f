// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import dev.weft.module.Normalize;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Pipeline;
import dev.weft.store.ModelDir;
import dev.weft.store.ModelScope;
import dev.weft.store.ModelSettings;
import dev.weft.store.ModelWriter;
import dev.weft.store.ModuleRegistry;
import dev.weft.text.AttentionMask;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
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
  /**
   * A window's texts are tokenised and sorted together; a larger one would only hold more memory.
   */
  private static final int WINDOW_TEXTS = 4096;

  private static final int WINDOW_CHARS = 8 << 20;

  private final Pipeline pipeline;
  private final ModelSettings settings;
  private final NDManager device;
  private final Workers workers;
  private final int batchTokens;
  private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
  private boolean closed;

  private final LongAdder batches = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final LongAdder paddedTokens = new LongAdder();

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
   * @throws dev.weft.config.ModelException if it cannot be found or used, saying why
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
    return new EncodeCounters(batches.sum(), rows.sum(), tokens.sum(), paddedTokens.sum());
  }

  /** One vector a text, in their order. */
  public float[][] encode(List<String> texts) {
    return encode(texts, EncodeOptions.DEFAULT);
  }

  /**
   * One vector a text, in their order. An empty text has a vector too, that of the special tokens;
   * a lone surrogate counts as U+FFFD; a text beyond the model's length is cut.
   *
   * @return (texts, {@link #dimension})
   * @throws IllegalArgumentException if a text is null or the prompt's name is unknown
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
   */
  public List<float[][]> encodeTokens(List<String> texts, EncodeOptions options) {
    float[][][] vectors = new float[texts.size()][][];
    forEachBatch(
        texts,
        options,
        (rows, features) -> {
          NDArray hidden = features.get(Features.TOKEN_EMBEDDINGS);
          AttentionMask mask = features.get(Features.ATTENTION_MASK);
          int width = (int) hidden.getShape().get(2);
          FloatBuffer values = floats(hidden);
          for (int i = 0; i < rows.length; i++) {
            float[][] text = new float[mask.length(i)][width];
            values.position((i * mask.width() + mask.from(i)) * width);
            for (float[] token : text) {
              values.get(token);
            }
            vectors[rows[i]] = text;
          }
        });
    return List.of(vectors);
  }

  /** Hands the vectors of every batch to the sink as they are made, without a copy in between. */
  public void encode(List<String> texts, EncodeOptions options, VectorSink sink) {
    int width = dimension(options);
    forEachBatch(
        texts,
        options,
        (rows, features) -> {
          NDArray vectors = finish(features.get(Features.SENTENCE_EMBEDDING), width, options);
          sink.accept(rows, width, floats(vectors));
        });
  }

  /**
   * As {@link #encode(List, EncodeOptions, VectorSink)}, each text by options of its own: a column
   * may say which task or prompt a row's text has. Texts with equal options are encoded together.
   *
   * @param options as many as there are texts
   */
  public void encode(List<String> texts, List<EncodeOptions> options, VectorSink sink) {
    if (texts.size() != options.size()) {
      throw new IllegalArgumentException(
          texts.size() + " texts need as many options, but there are " + options.size());
    }
    OptionGroups.of(options)
        .forEach(
            (group, positions) ->
                encode(
                    Arrays.stream(positions).mapToObj(texts::get).toList(),
                    group,
                    (rows, width, values) ->
                        sink.accept(
                            Arrays.stream(rows).map(row -> positions[row]).toArray(),
                            width,
                            values)));
  }

  /** Cuts first and scales after, so that cut vectors can be of length one. */
  private static NDArray finish(NDArray vectors, int width, EncodeOptions options) {
    NDArray cut = vectors;
    if (width < vectors.getShape().get(1)) {
      cut = vectors.get(new NDIndex().addAllDim().addSliceDim(0, width)).duplicate();
    }
    return options.scaling() == EncodeOptions.Scaling.UNIT ? Normalize.normalize(cut) : cut;
  }

  private static FloatBuffer floats(NDArray array) {
    return array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private interface BatchReader {
    void read(int[] rows, Features features);
  }

  private void forEachBatch(List<String> texts, EncodeOptions options, BatchReader reader) {
    lifetime.readLock().lock();
    try {
      checkOpen();
      String prompt = Prompts.resolve(options, settings);
      int budget = batchTokens(options);
      AtomicLong done = new AtomicLong();
      for (int start = 0; start < texts.size(); ) {
        int end = windowEnd(texts, start);
        int first = start;
        TextBatch window = new TextBatch(texts.subList(start, end), prompt, options.task());
        workers.seated(
            () -> {
              Tokens ids = pipeline.tokenize(window);
              workers.run(
                  BatchPlan.cut(ids, budget),
                  batch -> {
                    runBatch(ids, batch, first, reader);
                    report(options.progress(), done, batch.length, texts.size());
                  });
            });
        start = end;
      }
    } finally {
      lifetime.readLock().unlock();
    }
  }

  private static void report(Progress progress, AtomicLong done, int rows, long total) {
    synchronized (done) {
      progress.update(done.addAndGet(rows), total);
    }
  }

  private static int windowEnd(List<String> texts, int start) {
    int end = start;
    long chars = 0;
    while (end < texts.size()
        && end - start < WINDOW_TEXTS
        && (end == start || chars < WINDOW_CHARS)) {
      String text = texts.get(end);
      if (text == null) {
        throw new IllegalArgumentException(
            "texts[" + end + "] is null; drop nulls or replace them by \"\"");
      }
      chars += text.length();
      end++;
    }
    return end;
  }

  private void runBatch(Tokens ids, int[] batch, int firstRow, BatchReader reader) {
    try (NDManager scope = device.newSubManager()) {
      Tokens chosen = ids.select(batch);
      Features features = pipeline.forward(chosen, scope);
      reader.read(Arrays.stream(batch).map(row -> firstRow + row).toArray(), features);
      count(chosen);
    }
  }

  private void count(Tokens batch) {
    batches.increment();
    rows.add(batch.rows());
    tokens.add(batch.total());
    paddedTokens.add(pipeline.input(batch.task()).positions(batch));
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

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.arrow.ArrowWindow;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.StructType;

/**
 * {@code embed} as a stage of a Spark ML pipeline: adds a column of embeddings to a column of
 * texts.
 *
 * <pre>{@code
 * new Pipeline().setStages(new PipelineStage[] {
 *   new SentenceEmbedder()
 *       .setModel("sentence-transformers/all-MiniLM-L6-v2")
 *       .setInputCol("text")
 *       .setOutputCol("features")
 *       .setOutputType("vector"),
 *   new LogisticRegression()
 * });
 * }</pre>
 *
 * <p>A NULL text has a NULL embedding. Every option of {@code embed} is a param; one that is not
 * set is that of the session ({@code spark.weft.device}, …), else the default. The new column's
 * metadata names the model and, where its files are on the driver, its width: {@code {"weft":
 * {"model": …, "dim": …}}}. Building, checking and saving a pipeline loads no model; executors do,
 * once each.
 *
 * <p>Mutable while a pipeline is built, as all stages are; for one thread.
 */
public final class SentenceEmbedder extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  private final String uid;
  private final EmbedderParams params;

  /** A stage with a name of its own. */
  public SentenceEmbedder() {
    this(Identifiable.randomUID("sentEmb"));
  }

  /** A stage of a given name; Spark makes copies and reads saved stages with it. */
  public SentenceEmbedder(String uid) {
    this.uid = uid;
    this.params = new EmbedderParams(uid);
    setDefault(outputCol(), uid + "__output");
    setDefault(outputType(), OutputType.ARRAY.key());
    setDefault(path(), EmbedPath.AUTO.key());
    setDefault(windowRows(), ArrowWindow.Limits.DEFAULT.rows());
    setDefault(saveModel(), false);
  }

  /** The column of texts, of type STRING. */
  public Param<String> inputCol() {
    return text(EmbedderParams.INPUT_COL);
  }

  /** Sets {@link #inputCol}. */
  public SentenceEmbedder setInputCol(String value) {
    return with(inputCol(), value);
  }

  /** The column of embeddings, which is added. */
  public Param<String> outputCol() {
    return text(EmbedderParams.OUTPUT_COL);
  }

  /** Sets {@link #outputCol}. */
  public SentenceEmbedder setOutputCol(String value) {
    return with(outputCol(), value);
  }

  /**
   * A directory or {@code .zip} on every executor, an address or a hub id; without it that of
   * {@code spark.weft.model}.
   */
  public Param<String> model() {
    return text(EmbedderParams.MODEL);
  }

  /** Sets {@link #model}. */
  public SentenceEmbedder setModel(String value) {
    return with(model(), value);
  }

  /** A column of type STRING with the task of each row, NULL for none, in place of {@code task}. */
  public Param<String> taskCol() {
    return text(EmbedderParams.TASK_COL);
  }

  /** Sets {@link #taskCol}. */
  public SentenceEmbedder setTaskCol(String value) {
    return with(taskCol(), value);
  }

  /**
   * What the new column holds: {@code array}, of floats, which is the default, or {@code vector},
   * Spark ML's.
   */
  public Param<String> outputType() {
    return text(EmbedderParams.OUTPUT_TYPE);
  }

  /** Sets {@link #outputType}. */
  public SentenceEmbedder setOutputType(String value) {
    return with(outputType(), value);
  }

  /** How it runs: {@code auto}, {@code operator} or {@code mapPartitions}. */
  public Param<String> path() {
    return text(EmbedderParams.PATH);
  }

  /** Sets {@link #path}. */
  public SentenceEmbedder setPath(String value) {
    return with(path(), value);
  }

  /**
   * The most rows that {@code mapPartitions} gathers before it calls the model; 1 for Real-Time
   * Mode, where others would wait for the next rows to come.
   */
  public IntParam windowRows() {
    return number(EmbedderParams.WINDOW_ROWS);
  }

  /** Sets {@link #windowRows}. */
  public SentenceEmbedder setWindowRows(int value) {
    return with(windowRows(), value);
  }

  /** Whether saving copies the model beside the params, and loading takes it from there. */
  public BooleanParam saveModel() {
    return flag(EmbedderParams.SAVE_MODEL);
  }

  /** Sets {@link #saveModel}. */
  public SentenceEmbedder setSaveModel(boolean value) {
    return with(saveModel(), value);
  }

  /** Where the model runs: {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}. */
  public Param<String> device() {
    return text("device");
  }

  /** Sets {@link #device}. */
  public SentenceEmbedder setDevice(String value) {
    return with(device(), value);
  }

  /** Batches at once in an executor; zero for one a core. */
  public IntParam workers() {
    return number("workers");
  }

  /** Sets {@link #workers}. */
  public SentenceEmbedder setWorkers(int value) {
    return with(workers(), value);
  }

  /** The most padded tokens of a batch; zero for what suits the model. */
  public IntParam batchTokens() {
    return number("batchTokens");
  }

  /** Sets {@link #batchTokens}. */
  public SentenceEmbedder setBatchTokens(int value) {
    return with(batchTokens(), value);
  }

  /** What runs transformers: {@code torch}, {@code onnx} or {@code openvino}. */
  public Param<String> backend() {
    return text("backend");
  }

  /** Sets {@link #backend}. */
  public SentenceEmbedder setBackend(String value) {
    return with(backend(), value);
  }

  /** The exported file that a backend runs, such as {@code onnx/model_O2.onnx}. */
  public Param<String> fileName() {
    return text("fileName");
  }

  /** Sets {@link #fileName}. */
  public SentenceEmbedder setFileName(String value) {
    return with(fileName(), value);
  }

  /** The folder of that file. */
  public Param<String> subfolder() {
    return text("subfolder");
  }

  /** Sets {@link #subfolder}. */
  public SentenceEmbedder setSubfolder(String value) {
    return with(subfolder(), value);
  }

  /** The execution provider of ONNX Runtime. */
  public Param<String> provider() {
    return text("provider");
  }

  /** Sets {@link #provider}. */
  public SentenceEmbedder setProvider(String value) {
    return with(provider(), value);
  }

  /** Where OpenVINO's C library is. */
  public Param<String> library() {
    return text("library");
  }

  /** Sets {@link #library}. */
  public SentenceEmbedder setLibrary(String value) {
    return with(library(), value);
  }

  /** What torch multiplies in: {@code float32}, {@code bfloat16} or {@code float16}. */
  public Param<String> dtype() {
    return text("dtype");
  }

  /** Sets {@link #dtype}. */
  public SentenceEmbedder setDtype(String value) {
    return with(dtype(), value);
  }

  /** What becomes of texts that are too long: {@code cut}, {@code fail} or {@code split}. */
  public Param<String> longTexts() {
    return text("longTexts");
  }

  /** Sets {@link #longTexts}. */
  public SentenceEmbedder setLongTexts(String value) {
    return with(longTexts(), value);
  }

  /** What becomes of texts that fail: {@code fail} or {@code null}. */
  public Param<String> onError() {
    return text("onError");
  }

  /** Sets {@link #onError}. */
  public SentenceEmbedder setOnError(String value) {
    return with(onError(), value);
  }

  /** Put in front of every text. */
  public Param<String> prompt() {
    return text("prompt");
  }

  /** Sets {@link #prompt}. */
  public SentenceEmbedder setPrompt(String value) {
    return with(prompt(), value);
  }

  /** One of the prompts the model carries. */
  public Param<String> promptName() {
    return text("promptName");
  }

  /** Sets {@link #promptName}. */
  public SentenceEmbedder setPromptName(String value) {
    return with(promptName(), value);
  }

  /** The route of a Router, the key of an Asym, for all rows. */
  public Param<String> task() {
    return text("task");
  }

  /** Sets {@link #task}. */
  public SentenceEmbedder setTask(String value) {
    return with(task(), value);
  }

  /** Keep the first components only. */
  public IntParam truncateDim() {
    return number("truncateDim");
  }

  /** Sets {@link #truncateDim}. */
  public SentenceEmbedder setTruncateDim(int value) {
    return with(truncateDim(), value);
  }

  /** Whether to scale to length one, after cutting. */
  public BooleanParam normalize() {
    return flag("normalize");
  }

  /** Sets {@link #normalize}. */
  public SentenceEmbedder setNormalize(boolean value) {
    return with(normalize(), value);
  }

  /** {@inheritDoc} Refuses what cannot be embedded; reads small files of the model at most. */
  @Override
  public StructType transformSchema(StructType schema) {
    return EmbedStage.of(this, SQLConf.get()).schema(schema);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    return EmbedStage.of(this, dataset.sparkSession().sessionState().conf()).transform(dataset);
  }

  @Override
  public SentenceEmbedder copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public MLWriter write() {
    return new EmbedderWriter(this);
  }

  /** Reads what {@link #write} wrote; Spark finds it by name. */
  public static MLReader<SentenceEmbedder> read() {
    return new EmbedderReader();
  }

  /** A stage that was saved in a directory of any file system of Hadoop. */
  public static SentenceEmbedder load(String path) {
    return read().load(path);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<?>[] params() {
    return params.all();
  }

  @SuppressWarnings("unchecked")
  private Param<String> text(String name) {
    return params.find(name, Param.class);
  }

  private IntParam number(String name) {
    return params.find(name, IntParam.class);
  }

  private BooleanParam flag(String name) {
    return params.find(name, BooleanParam.class);
  }

  private <T> SentenceEmbedder with(Param<T> param, T value) {
    set(param, value);
    return this;
  }
}

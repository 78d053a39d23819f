// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import scala.runtime.AbstractFunction1;

/**
 * The params of a {@link SentenceEmbedder} by name: its own, and one for each option of {@code
 * embed}. An option that is new in {@link EmbedderSpec} is a param of text until it has a line
 * here. Values are checked where they are set. Immutable.
 */
final class EmbedderParams implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String INPUT_COL = "inputCol";
  static final String OUTPUT_COL = "outputCol";
  static final String MODEL = "model";
  static final String TASK_COL = "taskCol";
  static final String OUTPUT_TYPE = "outputType";
  static final String PATH = "path";
  static final String WINDOW_ROWS = "windowRows";
  static final String SAVE_MODEL = "saveModel";

  private static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("device", "auto, cpu, cuda or cuda:N"),
          Map.entry("workers", "batches at once in an executor; 0 for one a core"),
          Map.entry("batchTokens", "the most padded tokens of a batch; 0 for what suits the model"),
          Map.entry("backend", "what runs transformers: torch, onnx or openvino"),
          Map.entry("fileName", "the exported file that a backend runs"),
          Map.entry("subfolder", "the folder of that file"),
          Map.entry("provider", "the execution provider of ONNX Runtime"),
          Map.entry("library", "where OpenVINO's C library is"),
          Map.entry("dtype", "what torch multiplies in: float32, bfloat16 or float16"),
          Map.entry("longTexts", "what becomes of texts that are too long: cut, fail or split"),
          Map.entry("onError", "what becomes of texts that fail: fail or null"),
          Map.entry("prompt", "put in front of every text"),
          Map.entry("promptName", "one of the prompts the model carries"),
          Map.entry("task", "the route of a Router, the key of an Asym"),
          Map.entry("truncateDim", "keep the first components only"),
          Map.entry("normalize", "whether to scale to length one, after cutting"));

  private static final Set<String> NUMBERS = Set.of("workers", "batchTokens", "truncateDim");
  private static final Set<String> FLAGS = Set.of("normalize");

  private final String uid;
  private final Map<String, Param<?>> params = new TreeMap<>();

  EmbedderParams(String uid) {
    this.uid = uid;
    text(INPUT_COL, "the column of texts", value -> {});
    text(OUTPUT_COL, "the column of embeddings, which is added", value -> {});
    text(MODEL, "a directory or .zip on every executor, an address, or a hub id", value -> {});
    text(TASK_COL, "a column with the task of each row", value -> {});
    text(OUTPUT_TYPE, "array (of floats) or vector (of Spark ML)", OutputType::named);
    text(PATH, "auto, operator or mapPartitions", EmbedPath::named);
    number(WINDOW_ROWS, "the most rows that mapPartitions gathers", EmbedderParams::checkWindow);
    flag(SAVE_MODEL, "whether saving copies the model beside the params");
    for (String option : EmbedderSpec.options()) {
      String doc = OPTIONS.getOrDefault(option, "an option of embed()");
      if (NUMBERS.contains(option)) {
        number(option, doc, value -> EmbedderSpec.check(option, String.valueOf(value)));
      } else if (FLAGS.contains(option)) {
        flag(option, doc);
      } else {
        text(option, doc, value -> EmbedderSpec.check(option, value));
      }
    }
  }

  private static void checkWindow(Object rows) {
    if ((Integer) rows < 1) {
      throw new IllegalArgumentException(WINDOW_ROWS + " must be at least 1, but is " + rows);
    }
  }

  private void text(String name, String doc, Check<String> check) {
    params.put(name, new Param<>(uid, name, doc, new Validity<>(check), String.class));
  }

  private void number(String name, String doc, Check<Object> check) {
    params.put(name, new IntParam(uid, name, doc, new Validity<>(check)));
  }

  private void flag(String name, String doc) {
    params.put(name, new BooleanParam(uid, name, doc));
  }

  /** All of them, by name. */
  Param<?>[] all() {
    return params.values().toArray(Param<?>[]::new);
  }

  /** The param of a name, of the class it was made as. */
  <P extends Param<?>> P find(String name, Class<P> type) {
    return type.cast(Objects.requireNonNull(params.get(name)));
  }

  private interface Check<T> extends Consumer<T>, Serializable {}

  /** A check as Spark takes it. It throws itself, to say what the value may be. */
  private static final class Validity<T> extends AbstractFunction1<T, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Check<T> check;

    Validity(Check<T> check) {
      this.check = check;
    }

    @Override
    public Object apply(T value) {
      check.accept(value);
      return true;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static java.util.stream.Collectors.joining;

import dev.weft.EmbedderOptions;
import dev.weft.EncodeOptions;
import dev.weft.config.Dtype;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What to embed with, as a host carries it from the planner to the workers: the model and the
 * options a user wrote as text. Checked when it is made, so a mistyped option fails where the user
 * is. Immutable and serialisable; equal specs share a model.
 */
public final class EmbedderSpec implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String AUTO = "auto";
  private static final String DEVICE = "device";
  private static final String WORKERS = "workers";
  private static final String BATCH_TOKENS = "batchTokens";
  private static final String BACKEND = "backend";
  private static final String FILE_NAME = "fileName";
  private static final String SUBFOLDER = "subfolder";
  private static final String PROVIDER = "provider";
  private static final String LIBRARY = "library";
  private static final String DTYPE = "dtype";
  private static final String PROMPT = "prompt";
  private static final String PROMPT_NAME = "promptName";
  private static final String TASK = "task";
  private static final String TRUNCATE_DIM = "truncateDim";
  private static final String NORMALIZE = "normalize";
  private static final String LONG_TEXTS = "longTexts";
  private static final String ON_ERROR = "onError";

  /** Every option with what its text must be. */
  private static final Map<String, Consumer<String>> OPTIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry(DEVICE, EmbedderSpec::text),
              Map.entry(WORKERS, EmbedderSpec::count),
              Map.entry(BATCH_TOKENS, EmbedderSpec::count),
              Map.entry(BACKEND, EmbedderSpec::backend),
              Map.entry(FILE_NAME, EmbedderSpec::text),
              Map.entry(SUBFOLDER, EmbedderSpec::text),
              Map.entry(PROVIDER, EmbedderSpec::text),
              Map.entry(LIBRARY, EmbedderSpec::text),
              Map.entry(DTYPE, Dtype::named),
              Map.entry(PROMPT, EmbedderSpec::text),
              Map.entry(PROMPT_NAME, EmbedderSpec::text),
              Map.entry(TASK, EmbedderSpec::text),
              Map.entry(TRUNCATE_DIM, EmbedderSpec::positive),
              Map.entry(NORMALIZE, EmbedderSpec::bool),
              Map.entry(LONG_TEXTS, EncodeOptions.DEFAULT::withLongTexts),
              Map.entry(ON_ERROR, OnError::named)));

  /** The {@code model_args} behind an option. */
  private static final Map<String, String> ARGS =
      Map.of(
          FILE_NAME, "file_name",
          SUBFOLDER, "subfolder",
          PROVIDER, "provider",
          LIBRARY, "library",
          DTYPE, "dtype");

  /** Asked for by those who come from Python, in both spellings. */
  private static final Set<String> REMOTE_CODE = Set.of("trust_remote_code", "trustRemoteCode");

  private final String model;
  private final Map<String, String> options;

  private EmbedderSpec(String model, Map<String, String> options) {
    this.model = model;
    this.options = options;
  }

  /**
   * Describes what to embed with.
   *
   * @param model a directory or {@code .zip} on every worker, an address that their file systems
   *     read, or a hub id
   * @param options by name: {@code device}, {@code workers}, {@code batchTokens}, {@code backend},
   *     {@code fileName}, {@code subfolder}, {@code provider}, {@code library}, {@code dtype},
   *     {@code prompt}, {@code promptName}, {@code task}, {@code truncateDim}, {@code normalize},
   *     {@code longTexts} ({@code cut}, {@code report}, {@code fail}, {@code split}: see {@link
   *     dev.weft.text.LongTexts}), {@code onError} ({@code fail}, {@code null}, {@code struct}: see
   *     {@link OnError})
   * @throws IllegalArgumentException if an option is unknown or its value cannot be read
   */
  public static EmbedderSpec of(String model, Map<String, String> options) {
    if (model.isBlank()) {
      throw new IllegalArgumentException("the model must be a directory or a hub id, but is blank");
    }
    options.forEach(EmbedderSpec::check);
    EmbedderSpec spec = new EmbedderSpec(model, new TreeMap<>(options));
    spec.embedderOptions();
    spec.requireAPlaceForReports();
    return spec;
  }

  private void requireAPlaceForReports() {
    if (encodeOptions().reportsLongTexts() && onError() != OnError.STRUCT) {
      throw new IllegalArgumentException(
          "option \"longTexts\" can only be \"report\" where onError is \"struct\", which has a place"
              + " for the report; it is \""
              + onError().name().toLowerCase(Locale.ROOT)
              + "\"");
    }
  }

  /** The names of all options. */
  public static Set<String> options() {
    return Collections.unmodifiableSet(OPTIONS.keySet());
  }

  /**
   * Checks one option by itself.
   *
   * @throws IllegalArgumentException if it is unknown or its value cannot be read
   */
  public static void check(String name, String value) {
    Consumer<String> form = OPTIONS.get(name);
    if (REMOTE_CODE.contains(name)) {
      throw new IllegalArgumentException(
          "option \""
              + name
              + "\" is refused: code of a model is never run; leave it out, a model of a known"
              + " model_type needs none");
    }
    if (form == null) {
      throw new IllegalArgumentException(
          "option \"" + name + "\" is not known; known: " + OPTIONS.keySet());
    }
    try {
      form.accept(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "option \"" + name + "\" cannot be \"" + value + "\" (" + e.getMessage() + ")", e);
    }
  }

  private static void text(String text) {}

  private static void count(String text) {
    atLeast(0, text);
  }

  private static void positive(String text) {
    atLeast(1, text);
  }

  private static void atLeast(int least, String text) {
    if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least) {
      throw new IllegalArgumentException("it must be a whole number from " + least);
    }
  }

  private static void backend(String text) {
    EmbedderOptions.DEFAULT.withBackend(text, Map.of());
  }

  private static void bool(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("it must be true or false");
    }
  }

  /** The same with other options on top of its own. */
  public EmbedderSpec withOptions(Map<String, String> others) {
    Map<String, String> all = new TreeMap<>(options);
    all.putAll(others);
    return of(model, all);
  }

  /** The directory or hub id. */
  public String model() {
    return model;
  }

  /** The same with the model elsewhere, such as where a host has put it. */
  public EmbedderSpec withModel(String other) {
    return of(other, options);
  }

  /** How the model is loaded; specs that agree in model and these share one. */
  public EmbedderOptions embedderOptions() {
    Map<String, String> args = new LinkedHashMap<>();
    ARGS.forEach((option, arg) -> find(option).ifPresent(value -> args.put(arg, value)));
    return EmbedderOptions.DEFAULT
        .withDevice(find(DEVICE).orElse(EmbedderOptions.DEFAULT.device()))
        .withWorkers(number(WORKERS).orElse(0))
        .withBatchTokens(number(BATCH_TOKENS).orElse(0))
        .withBackend(find(BACKEND).orElse("torch"), args);
  }

  /** What every call asks for. */
  public EncodeOptions encodeOptions() {
    EncodeOptions options = EncodeOptions.DEFAULT;
    options = find(PROMPT).map(options::withPrompt).orElse(options);
    options = find(PROMPT_NAME).map(options::withPromptName).orElse(options);
    options = find(TASK).map(options::withTask).orElse(options);
    options = find(LONG_TEXTS).map(options::withLongTexts).orElse(options);
    if (number(TRUNCATE_DIM).isPresent()) {
      options = options.withTruncateDim(number(TRUNCATE_DIM).getAsInt());
    }
    return find(NORMALIZE).filter("true"::equals).isPresent() ? options.normalized() : options;
  }

  /** What a host does with a text that has no vector. */
  public OnError onError() {
    return find(ON_ERROR).map(OnError::named).orElse(OnError.FAIL);
  }

  private Optional<String> find(String name) {
    return Optional.ofNullable(options.get(name));
  }

  private OptionalInt number(String name) {
    return find(name)
        .map(text -> OptionalInt.of(Integer.parseInt(text)))
        .orElseGet(OptionalInt::empty);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EmbedderSpec spec
        && model.equals(spec.model)
        && options.equals(spec.options);
  }

  @Override
  public int hashCode() {
    return 31 * model.hashCode() + options.hashCode();
  }

  /** As it is shown in a query plan: the model, where and how it runs, and what else was given. */
  @Override
  public String toString() {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("model", model);
    shown.put(DEVICE, AUTO);
    shown.put(WORKERS, AUTO);
    shown.put(BATCH_TOKENS, AUTO);
    shown.putAll(options);
    return shown.entrySet().stream().map(Object::toString).collect(joining(", "));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.pipeline.Backend;
import dev.weft.serve.EmbedderSpec;
import dev.weft.store.ModelSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say what to embed with, the same for every subcommand. */
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|ZIP|ID",
      description = "a model directory, a .zip of one, or a hub id")
  private String model = "";

  @Option(names = "--prompt", paramLabel = "TEXT", description = "put in front of every text")
  private Optional<String> prompt = Optional.empty();

  @Option(
      names = "--prompt-name",
      paramLabel = "NAME",
      description = "a prompt the model carries, such as query")
  private Optional<String> promptName = Optional.empty();

  @Option(
      names = {"--task", "--asym-key"},
      paramLabel = "TASK",
      description = "the route of a Router, the key of an Asym")
  private Optional<String> task = Optional.empty();

  @Option(
      names = "--truncate-dim",
      paramLabel = "N",
      description = "keep the first N components only")
  private Optional<String> truncateDim = Optional.empty();

  @Option(names = "--normalize", description = "scale vectors to length one")
  private boolean normalize;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, cuda or cuda:N (default: auto)")
  private Optional<String> device = Optional.empty();

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "torch, onnx or openvino (default: torch)")
  private Optional<String> backend = Optional.empty();

  @Option(
      names = "--file-name",
      paramLabel = "FILE",
      description = "the exported file that onnx or openvino runs, such as model_O3.onnx")
  private Optional<String> fileName = Optional.empty();

  @Option(
      names = "--subfolder",
      paramLabel = "FOLDER",
      description = "the folder of the model it is in")
  private Optional<String> subfolder = Optional.empty();

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      description = "what onnx runs on, such as CUDAExecutionProvider")
  private Optional<String> provider = Optional.empty();

  @Option(
      names = "--library",
      paramLabel = "DIR",
      description = "where openvino's native library is")
  private Optional<String> library = Optional.empty();

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "what torch multiplies in: float32, bfloat16 or float16 (default: float32)")
  private Optional<String> dtype = Optional.empty();

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      description = "the most tokens of a batch (default: what fits the cache)")
  private Optional<String> batchTokens = Optional.empty();

  @Option(names = "--workers", paramLabel = "N", description = "batches at once (default: cores)")
  private Optional<String> workers = Optional.empty();

  /** The model, fetched if it is not here; options are checked before. */
  ModelChoice choice() {
    return new ModelChoice(directory(), options());
  }

  private String directory() {
    Download line = new Download();
    try {
      Backend runs = EmbedderSpec.of(model, options()).embedderOptions().backend();
      return ModelSource.fromEnvironment()
          .withBackend(runs)
          .withProgress(line)
          .find(model)
          .toString();
    } finally {
      line.end();
    }
  }

  private Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    prompt.ifPresent(value -> options.put("prompt", value));
    promptName.ifPresent(value -> options.put("promptName", value));
    task.ifPresent(value -> options.put("task", value));
    truncateDim.ifPresent(value -> options.put("truncateDim", value));
    device.ifPresent(value -> options.put("device", value));
    backend.ifPresent(value -> options.put("backend", value));
    fileName.ifPresent(value -> options.put("fileName", value));
    subfolder.ifPresent(value -> options.put("subfolder", value));
    provider.ifPresent(value -> options.put("provider", value));
    library.ifPresent(value -> options.put("library", value));
    dtype.ifPresent(value -> options.put("dtype", value));
    batchTokens.ifPresent(value -> options.put("batchTokens", value));
    workers.ifPresent(value -> options.put("workers", value));
    if (normalize) {
      options.put("normalize", "true");
    }
    return options;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.pipeline.Pipeline;
import dev.weft.pipeline.Stage;
import dev.weft.serve.EmbedderSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what a model is made of. */
@Command(
    name = "inspect",
    description = "print the modules, dimensions and settings of a model",
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  @Mixin private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    EmbedderSpec spec = model.choice().spec();
    EncodeOptions options = spec.encodeOptions();
    try (Embedder embedder = Embedder.load(spec.model(), spec.embedderOptions())) {
      print(embedder.pipeline(), spec.encodeOptions().task());
      System.out.println();
      System.out.println("dimension       " + ofTask(() -> embedder.dimension(options)));
      System.out.println("max_seq_length  " + embedder.pipeline().maxSeqLength());
      System.out.println("prompts         " + embedder.settings().prompts());
      System.out.println(
          "default prompt  " + embedder.settings().defaultPromptName().orElse("none"));
      System.out.println("workers         " + embedder.workers());
      System.out.println("batch tokens    " + ofTask(() -> embedder.batchTokens(options)));
    }
    return 0;
  }

  /** What has no number without a task, where a Router or Asym refuses calls that name none. */
  private static String ofTask(IntSupplier number) {
    try {
      return String.valueOf(number.getAsInt());
    } catch (IllegalArgumentException e) {
      return "depends on the task";
    }
  }

  /** Where a Router chooses, every task has its own modules. */
  private static void print(Pipeline pipeline, Optional<String> task) {
    if (pipeline.tasks().isEmpty() || task.isPresent()) {
      printSteps(pipeline.steps(task));
      return;
    }
    for (Stage stage : pipeline.stages()) {
      System.out.println(stage.name() + ": " + stage.settings());
    }
    for (String name : pipeline.tasks()) {
      System.out.println();
      System.out.println("task " + name);
      printSteps(pipeline.steps(Optional.of(name)));
    }
  }

  private static void printSteps(List<Pipeline.Step> steps) {
    int index = 0;
    for (Pipeline.Step step : steps) {
      System.out.printf(
          Locale.ROOT,
          "%d  %-12s -> %5d  %s%n",
          index++,
          step.module().name(),
          step.width(),
          step.module().settings());
    }
  }
}

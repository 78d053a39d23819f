// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import dev.weft.Embedder;
import dev.weft.EncodeOptions;
import dev.weft.pipeline.Module;
import dev.weft.serve.EmbedderSpec;
import java.util.Locale;
import java.util.concurrent.Callable;
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
    EmbedderSpec spec = model.spec();
    EncodeOptions options = spec.encodeOptions();
    try (Embedder embedder = Embedder.load(spec.model(), spec.embedderOptions())) {
      int width = 0;
      int index = 0;
      for (Module module : embedder.pipeline().modules()) {
        width = module.width(width);
        System.out.printf(
            Locale.ROOT,
            "%d  %-12s -> %5d  %s%n",
            index++,
            module.name(),
            width,
            module.settings());
      }
      System.out.println();
      System.out.println("dimension       " + embedder.dimension(options));
      System.out.println("max_seq_length  " + embedder.pipeline().maxSeqLength());
      System.out.println("prompts         " + embedder.settings().prompts());
      System.out.println(
          "default prompt  " + embedder.settings().defaultPromptName().orElse("none"));
      System.out.println("workers         " + embedder.workers());
      System.out.println("batch tokens    " + embedder.batchTokens());
    }
    return 0;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.JsonText;
import dev.weft.config.TensorData;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Pipeline;
import dev.weft.pipeline.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a model in the directory layout of sentence-transformers, such that releases 4.1 to 6.2
 * read it, as far as they have the modules. The directory appears under its name when it is whole.
 */
public final class ModelWriter {
  /** Whose meaning the files have. */
  private static final String RELEASE = "6.2.0";

  private ModelWriter() {}

  /**
   * Saves a model.
   *
   * @param target a directory that is not there yet, or is empty
   * @throws IllegalArgumentException if there is something at the target, or a key of a route
   *     cannot be part of a folder's name
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path target, Pipeline pipeline, ModelSettings settings) {
    Path whole = target.toAbsolutePath().normalize();
    try {
      refuseUsed(whole);
      Path parent = Optional.ofNullable(whole.getParent()).orElse(whole);
      Files.createDirectories(parent);
      // Not the JDK's temporary directories: those are closed to other users.
      Path draft = parent.resolve("." + whole.getFileName() + "-" + UUID.randomUUID());
      Files.createDirectory(draft);
      try {
        writeAll(draft, pipeline, settings);
        Files.move(draft, whole, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException | RuntimeException e) {
        delete(draft);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "while saving a model to " + target + ": " + e.getMessage(), e);
    }
  }

  private static void refuseUsed(Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    boolean empty = false;
    if (Files.isDirectory(target)) {
      try (Stream<Path> entries = Files.list(target)) {
        empty = entries.findAny().isEmpty();
      }
    }
    if (!empty) {
      throw new IllegalArgumentException(
          target + " is there already; save to a new or empty directory");
    }
  }

  private static void writeAll(Path root, Pipeline pipeline, ModelSettings settings)
      throws IOException {
    List<JsonText> modules = new ArrayList<>();
    for (Stage stage : pipeline.stages()) {
      int index = modules.size();
      ModuleSpec spec = stage.spec();
      String path = inRoot(index, stage) ? "" : index + "_" + stage.name();
      writeFolder(root.resolve(path), spec);
      modules.add(
          new JsonText()
              .with("idx", index)
              .with("name", String.valueOf(index))
              .with("path", path)
              .with("type", spec.typePath()));
    }
    Files.writeString(root.resolve("modules.json"), JsonText.print(modules));
    Files.writeString(root.resolve("config_sentence_transformers.json"), config(settings));
    Files.writeString(root.resolve("README.md"), readme(pipeline));
  }

  /** The reference looks for a transformer's files in the root when it is the first module. */
  private static boolean inRoot(int index, Stage stage) {
    return index == 0 && stage.name().equals("Transformer");
  }

  private static void writeFolder(Path folder, ModuleSpec spec) throws IOException {
    Files.createDirectories(folder);
    for (Map.Entry<String, String> text : spec.texts().entrySet()) {
      Files.writeString(folder.resolve(text.getKey()), text.getValue());
    }
    Map<String, TensorData> tensors = spec.tensors();
    if (!tensors.isEmpty()) {
      SafeTensorsWriter.write(folder.resolve("model.safetensors"), tensors);
    }
    for (Map.Entry<String, ModuleSpec> inner : spec.folders().entrySet()) {
      writeFolder(inside(folder, inner.getKey()), inner.getValue());
    }
  }

  /** Keys of routes are part of the name, and may come from somebody else's model. */
  private static Path inside(Path folder, String name) {
    Path inner = folder.resolve(name).normalize();
    if (!folder.equals(inner.getParent())) {
      throw new IllegalArgumentException(
          "\"" + name + "\" cannot be the name of a folder; give the route another key");
    }
    return inner;
  }

  private static String config(ModelSettings settings) {
    JsonText config =
        new JsonText()
            .with("__version__", Map.of("sentence_transformers", RELEASE))
            .with("prompts", settings.prompts())
            .with("default_prompt_name", settings.defaultPromptName())
            .with("similarity_fn_name", settings.similarity());
    // Releases before 5.4 refuse the key.
    settings.truncateDim().ifPresent(width -> config.with("truncate_dim", width));
    return config.print();
  }

  private static String readme(Pipeline pipeline) {
    StringBuilder chain = new StringBuilder();
    pipeline
        .stages()
        .forEach(
            s ->
                chain.append("- ").append(s.name()).append(": ").append(s.settings()).append('\n'));
    return """
        ---
        library_name: sentence-transformers
        pipeline_tag: sentence-similarity
        ---
        # A sentence-transformers model

        %s"""
        .formatted(chain);
  }

  private static void delete(Path draft) {
    try (Stream<Path> files = Files.walk(draft)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      // What made saving fail says more than this would.
      draft.toFile().deleteOnExit();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import dev.weft.config.TensorData;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a saved model holds of one stage: the texts and tensors of its folder, and the folders below
 * it. A stage says what; {@code store} writes it. Immutable.
 *
 * @param type the class name the reference uses, such as {@code Dense}; a module of your own names
 *     its type in full, with dots
 * @param texts small text files by name, such as {@code config.json}
 * @param tensors what {@code model.safetensors} holds; without tensors there is no such file
 * @param folders stages inside this one, by the name of their folder
 */
public record ModuleSpec(
    String type,
    Map<String, String> texts,
    Map<String, TensorData> tensors,
    Map<String, ModuleSpec> folders) {
  private static final String REFERENCE = "sentence_transformers.models.";

  /** Copies the maps, keeping their order. */
  public ModuleSpec {
    texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    folders = Collections.unmodifiableMap(new LinkedHashMap<>(folders));
  }

  /** A stage without files. */
  public static ModuleSpec of(String type) {
    return new ModuleSpec(type, Map.of(), Map.of(), Map.of());
  }

  /** This spec and one more text file. */
  public ModuleSpec withText(String file, String text) {
    Map<String, String> more = new LinkedHashMap<>(texts);
    more.put(file, text);
    return new ModuleSpec(type, more, tensors, folders);
  }

  /** This spec and one more tensor. */
  public ModuleSpec withTensor(String name, TensorData tensor) {
    return withTensors(Map.of(name, tensor));
  }

  /** This spec and more tensors. */
  public ModuleSpec withTensors(Map<String, TensorData> added) {
    Map<String, TensorData> more = new LinkedHashMap<>(tensors);
    more.putAll(added);
    return new ModuleSpec(type, texts, more, folders);
  }

  /** This spec and one more folder. */
  public ModuleSpec withFolder(String name, ModuleSpec folder) {
    Map<String, ModuleSpec> more = new LinkedHashMap<>(folders);
    more.put(name, folder);
    return new ModuleSpec(type, texts, tensors, more);
  }

  /**
   * The type as {@code modules.json} spells it. Classes of the reference moved in 5.4 and again in
   * 6.0; the path written here is the one that releases 2.0 to 6.2 all resolve.
   */
  public String typePath() {
    return type.indexOf('.') < 0 ? REFERENCE + type : type;
  }
}

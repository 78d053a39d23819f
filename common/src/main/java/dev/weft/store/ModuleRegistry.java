// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import dev.weft.module.Asym;
import dev.weft.module.BoW;
import dev.weft.module.CNN;
import dev.weft.module.Dense;
import dev.weft.module.Dropout;
import dev.weft.module.LSTM;
import dev.weft.module.LayerNorm;
import dev.weft.module.Normalize;
import dev.weft.module.Pooling;
import dev.weft.module.Router;
import dev.weft.module.StaticEmbedding;
import dev.weft.module.Transformer;
import dev.weft.module.WeightedLayerPooling;
import dev.weft.module.WordEmbeddings;
import dev.weft.module.WordWeights;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleType;
import dev.weft.pipeline.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which class reads a module of which type. The {@code type} of {@code modules.json} is a Python
 * path that moved between releases; its last part is the class name in all of them. Immutable.
 */
public final class ModuleRegistry {
  private static final String REFERENCE = "sentence_transformers.";

  /** Transformer classes of releases before 2.0, one an architecture. */
  private static final List<String> OLD_TRANSFORMERS =
      List.of("BERT", "RoBERTa", "DistilBERT", "ALBERT", "CamemBERT", "XLMRoBERTa", "T5");

  private final Map<String, ModuleType> own;
  private final Map<String, ModuleType> provided;

  private ModuleRegistry(Map<String, ModuleType> own, Map<String, ModuleType> provided) {
    this.own = own;
    this.provided = provided;
  }

  /**
   * Weft's modules and those that {@link ServiceLoader} finds, through the loader of this class and
   * the thread's. A type of the reference is Weft's own module if there is one, any other type is a
   * service's.
   */
  public static ModuleRegistry standard() {
    Map<String, ModuleType> provided = new TreeMap<>();
    for (ClassLoader loader :
        new ClassLoader[] {
          ModuleRegistry.class.getClassLoader(), Thread.currentThread().getContextClassLoader()
        }) {
      ServiceLoader.load(ModuleType.class, loader).forEach(t -> provided.putIfAbsent(t.name(), t));
    }
    Map<String, ModuleType> types = new TreeMap<>();
    own("Transformer", Transformer::load, types);
    own("Pooling", Pooling::load, types);
    own("Dense", Dense::load, types);
    own("Normalize", Normalize::load, types);
    own("StaticEmbedding", StaticEmbedding::load, types);
    own("Router", Router::load, types);
    own("Asym", Asym::load, types);
    own("BoW", BoW::load, types);
    own("WordEmbeddings", WordEmbeddings::load, types);
    own("WordWeights", WordWeights::load, types);
    own("CNN", CNN::load, types);
    own("LSTM", LSTM::load, types);
    own("WeightedLayerPooling", WeightedLayerPooling::load, types);
    own("LayerNorm", LayerNorm::load, types);
    own("Dropout", Dropout::load, types);
    return new ModuleRegistry(types, provided);
  }

  private static void own(
      String name, Function<ModuleDir, Stage> load, Map<String, ModuleType> types) {
    types.put(
        name,
        new ModuleType() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public Stage load(ModuleDir dir) {
            return load.apply(dir);
          }
        });
  }

  /**
   * The type behind the {@code type} of {@code modules.json}.
   *
   * @throws ModelException if there is none, listing the known ones
   */
  ModuleType find(String file, String type) {
    Optional<String> reference = nameInReference(type);
    return reference
        .map(own::get)
        .or(() -> Optional.ofNullable(provided.get(className(type))))
        .orElseThrow(
            () ->
                new ModelException(
                    file
                        + ": module type \""
                        + type
                        + "\" is not known; known: "
                        + known()
                        + (reference.isEmpty()
                            ? "; code of a model is never run: provide a ModuleType of this name"
                            : "")));
  }

  /** What the reference calls the type today; empty if it is somebody's own. */
  static Optional<String> nameInReference(String type) {
    String name = className(type);
    return type.startsWith(REFERENCE)
        ? Optional.of(OLD_TRANSFORMERS.contains(name) ? "Transformer" : name)
        : Optional.empty();
  }

  private static String className(String type) {
    return type.substring(type.lastIndexOf('.') + 1);
  }

  private Set<String> known() {
    Set<String> names = new TreeSet<>(own.keySet());
    names.addAll(provided.keySet());
    return names;
  }
}

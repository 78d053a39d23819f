// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Stage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Lists of stages by key, as Router and Asym hold them. A stage may stand in several lists; it is
 * loaded, saved and closed once. Immutable.
 */
final class Routes {
  private final Map<String, List<Stage>> lists;

  Routes(Map<String, ? extends List<? extends Stage>> lists) {
    if (lists.isEmpty()) {
      throw new IllegalArgumentException("The sub_modules dictionary cannot be empty.");
    }
    Map<String, List<Stage>> copy = new LinkedHashMap<>();
    lists.forEach((key, stages) -> copy.put(key, List.copyOf(stages)));
    this.lists = Collections.unmodifiableMap(copy);
  }

  /** Reads {@code types} and {@code structure}, each folder once. */
  static Routes load(ModuleDir dir, Json config) {
    Json types = config.object("types");
    Map<String, Stage> stages = new LinkedHashMap<>();
    try {
      for (String id : types.keys()) {
        stages.put(id, dir.stage(config, id, types.string(id)));
      }
      return new Routes(structure(config, stages));
    } catch (IllegalArgumentException e) {
      stages.values().forEach(Stage::close);
      throw new ModelException(config.file() + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      stages.values().forEach(Stage::close);
      throw e;
    }
  }

  private static Map<String, List<Stage>> structure(Json config, Map<String, Stage> stages) {
    Json structure = config.object("structure");
    Map<String, List<Stage>> lists = new LinkedHashMap<>();
    for (String key : structure.keys()) {
      List<Stage> list = new ArrayList<>();
      for (String id : structure.strings(key)) {
        Stage stage = stages.get(id);
        if (stage == null) {
          throw new ModelException(
              config.file()
                  + ": \"structure\" names \""
                  + id
                  + "\", which \"types\" does not have; it has "
                  + stages.keySet());
        }
        list.add(stage);
      }
      lists.put(key, list);
    }
    return lists;
  }

  Set<String> keys() {
    return lists.keySet();
  }

  boolean has(String key) {
    return lists.containsKey(key);
  }

  String first() {
    return lists.keySet().iterator().next();
  }

  /** The modules of one list; a Router among them chooses by the same task. */
  List<Module> modules(String key, Optional<String> task) {
    List<Module> modules = new ArrayList<>();
    for (Stage stage : lists.getOrDefault(key, List.of())) {
      modules.addAll(stage.modules(task));
    }
    return modules;
  }

  /** The folders, named {@code {key}_{index}_{class}}, under the configuration the caller makes. */
  ModuleSpec spec(String type, String file, Map<String, Object> parameters) {
    IdentityHashMap<Stage, String> ids = new IdentityHashMap<>();
    Map<String, Object> types = new LinkedHashMap<>();
    Map<String, Object> structure = new LinkedHashMap<>();
    ModuleSpec spec = ModuleSpec.of(type);
    for (Map.Entry<String, List<Stage>> list : lists.entrySet()) {
      List<String> names = new ArrayList<>();
      for (Stage stage : list.getValue()) {
        String id = list.getKey() + "_" + names.size() + "_" + stage.name();
        if (ids.putIfAbsent(stage, id) == null) {
          ModuleSpec inner = stage.spec();
          types.put(id, inner.typePath());
          spec = spec.withFolder(id, inner);
        }
        names.add(ids.get(stage));
      }
      structure.put(list.getKey(), names);
    }
    return spec.withText(
        file,
        new JsonText()
            .with("types", types)
            .with("structure", structure)
            .with("parameters", parameters)
            .print());
  }

  void close() {
    Set<Stage> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    lists.values().forEach(distinct::addAll);
    distinct.forEach(Stage::close);
  }

  /** Such as {@code query: Transformer, Pooling; document: Transformer, Pooling, Normalize}. */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    lists.forEach(
        (key, stages) ->
            texts.add(key + ": " + String.join(", ", stages.stream().map(Stage::name).toList())));
    return String.join("; ", texts);
  }
}

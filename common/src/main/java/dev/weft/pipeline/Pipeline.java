// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDManager;
import dev.weft.config.ModelException;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stages in the order they run. Where one of them chooses by the task of a call, as a Router does,
 * the pipeline is several chains of modules, one a task; all are checked when it is built. Owns its
 * stages. Safe for many threads, each with its own batch manager.
 */
public final class Pipeline implements AutoCloseable {
  private final List<Stage> stages;
  private final Map<Optional<String>, Chain> chains = new LinkedHashMap<>();
  private final Set<String> tasks = new LinkedHashSet<>();
  private Optional<ModelException> withoutTask = Optional.empty();

  /**
   * Builds and checks every chain. Without a task an Asym is no module at all, and the modules
   * around it need not fit each other: then calls need a task.
   *
   * @throws ModelException naming the module that does not fit and what it lacks
   */
  public Pipeline(List<? extends Stage> stages) {
    this.stages = List.copyOf(stages);
    this.stages.forEach(stage -> tasks.addAll(stage.tasks()));
    check(Optional.empty());
    tasks.forEach(task -> check(Optional.of(task)));
    if (chains.isEmpty() && withoutTask.isPresent()) {
      throw withoutTask.get();
    }
  }

  private void check(Optional<String> task) {
    findModules(task)
        .ifPresent(
            modules -> {
              try {
                chains.put(task, new Chain(modules));
              } catch (ModelException e) {
                if (tasks.isEmpty()) {
                  throw e;
                }
                if (task.isEmpty()) {
                  withoutTask = Optional.of(e);
                  return;
                }
                throw new ModelException(
                    "for the task \"" + task.get() + "\", " + e.getMessage(), e);
              }
            });
  }

  private List<Module> modules(Optional<String> task) {
    List<Module> modules = new ArrayList<>();
    stages.forEach(stage -> modules.addAll(stage.modules(task)));
    return modules;
  }

  /** Empty where a stage refuses the task; a call that gives it hears why. */
  private Optional<List<Module>> findModules(Optional<String> task) {
    try {
      return Optional.of(modules(task));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Chain chain(Optional<String> task) {
    Chain chain = chains.get(tasks.isEmpty() ? Optional.empty() : task);
    if (chain != null) {
      return chain;
    }
    if (task.isEmpty() && withoutTask.isPresent()) {
      throw new IllegalArgumentException(
          "without a task, "
              + withoutTask.get().getMessage()
              + "; give the call one of the tasks "
              + tasks,
          withoutTask.get());
    }
    return new Chain(modules(task));
  }

  /** The stages, first to last. */
  public List<Stage> stages() {
    return stages;
  }

  /** The tasks it tells apart, in their order; empty where every call runs the same modules. */
  public Set<String> tasks() {
    return Collections.unmodifiableSet(tasks);
  }

  /**
   * The modules that run for a task, with the width of the vectors each hands on.
   *
   * @throws IllegalArgumentException if there is no route for the task
   */
  public List<Step> steps(Optional<String> task) {
    return chain(task).steps();
  }

  /** A module in its place. */
  public record Step(Module module, int width) {}

  /**
   * Width of the sentence embedding for a task.
   *
   * @throws IllegalArgumentException if there is no route for the task
   */
  public int dimension(Optional<String> task) {
    return chain(task).dimension();
  }

  /** The most tokens a text may have before it is cut; of several routes, the largest. */
  public int maxSeqLength() {
    return chains.values().stream().mapToInt(c -> c.input().maxSeqLength()).max().orElse(0);
  }

  /**
   * What takes the texts of a task.
   *
   * @throws IllegalArgumentException if there is no route for the task
   */
  public InputModule input(Optional<String> task) {
    return chain(task).input();
  }

  /**
   * Ids of every text, in Java memory, with the task they are for.
   *
   * @throws IllegalArgumentException if there is no route for the task
   */
  public Tokens tokenize(TextBatch texts) {
    return chain(texts.task()).input().tokenize(texts).withTask(texts.task());
  }

  /**
   * Runs all modules over one batch.
   *
   * @param rows the texts of the batch
   * @param batch owns every tensor that is made; the caller closes it
   * @throws EncodeException naming the module that failed
   */
  public Features forward(Tokens rows, NDManager batch) {
    Chain chain = chain(rows.task());
    return chain.forward(chain.input().features(rows, batch));
  }

  @Override
  public void close() {
    stages.forEach(Stage::close);
  }
}

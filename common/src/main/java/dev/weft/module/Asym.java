// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Stage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Several lists of modules, of which a call runs the one under its key. A call without a key hands
 * the features on unchanged, where that is allowed: the release that follows, 5.0, has {@link
 * Router} instead, which would run its first route.
 *
 * <p>Follows the reference's 4.1, {@code models/Asym.py}. In Weft, a call's key is its task.
 */
public final class Asym implements Stage {
  private static final String CONFIG = "config.json";
  private static final String EMPTY_KEY = "allow_empty_key";

  private final Routes routes;
  private final EmptyKey emptyKey;

  /**
   * An asymmetric pair, or more.
   *
   * @param subModules the lists by key, in their order
   * @throws IllegalArgumentException if there is none
   */
  public Asym(Map<String, ? extends List<? extends Stage>> subModules, EmptyKey emptyKey) {
    this(new Routes(subModules), emptyKey);
  }

  private Asym(Routes routes, EmptyKey emptyKey) {
    this.routes = routes;
    this.emptyKey = emptyKey;
  }

  /** Reads {@code config.json}. */
  public static Asym load(ModuleDir dir) {
    Json config = dir.config(CONFIG);
    EmptyKey emptyKey = EmptyKey.of(config.object("parameters").findBool(EMPTY_KEY));
    return new Asym(Routes.load(dir, config), emptyKey);
  }

  @Override
  public String name() {
    return "Asym";
  }

  @Override
  public String settings() {
    return routes + "; " + EMPTY_KEY + "=" + (emptyKey == EmptyKey.ALLOW);
  }

  @Override
  public Set<String> tasks() {
    return routes.keys();
  }

  @Override
  public List<Module> modules(Optional<String> task) {
    if (task.isEmpty()) {
      if (emptyKey == EmptyKey.REFUSE) {
        throw new IllegalArgumentException(
            "Input did not specify any keys and allow_empty_key is False; keys: " + routes.keys());
      }
      return List.of();
    }
    if (!routes.has(task.get())) {
      throw new IllegalArgumentException(
          "Asym has no key '" + task.get() + "'; keys: " + routes.keys());
    }
    return routes.modules(task.get(), task);
  }

  @Override
  public ModuleSpec spec() {
    return routes.spec(name(), CONFIG, Map.of(EMPTY_KEY, emptyKey == EmptyKey.ALLOW));
  }

  @Override
  public void close() {
    routes.close();
  }
}

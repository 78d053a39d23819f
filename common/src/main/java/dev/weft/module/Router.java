// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Stage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several lists of modules, of which a call runs one: its route. It is chosen by the call's task,
 * the first of these that there is:
 *
 * <ol>
 *   <li>a mapping of (task, text), (task, any), (any, text), (any, any)
 *   <li>the route whose key is the task, then one whose key is {@code text}
 *   <li>without a task, the default route; with one, the call is refused
 * </ol>
 *
 * <p>Follows the reference's 6.2, {@code base/modules/router.py}; releases before 5.0 have {@link
 * Asym} instead.
 */
public final class Router implements Stage {
  static final List<String> TEXT = List.of("text");

  private static final Logger LOG = LoggerFactory.getLogger(Router.class);
  private static final String CONFIG = "router_config.json";
  private static final String DEFAULT_ROUTE = "default_route";
  private static final String EMPTY_KEY = "allow_empty_key";
  private static final String MAPPINGS = "route_mappings";

  private final Routes routes;
  private final Optional<String> defaultRoute;
  private final EmptyKey emptyKey;
  private final Map<RouteKey, String> mappings;

  /**
   * A Router.
   *
   * @param subModules the routes by key, in their order
   * @param defaultRoute the route of calls without a task
   * @param emptyKey whether the first route is the default where there is none
   * @param mappings routes by task and modality; they win over the keys
   * @throws IllegalArgumentException if there is no route, or the default or a mapping names none
   */
  public Router(
      Map<String, ? extends List<? extends Stage>> subModules,
      Optional<String> defaultRoute,
      EmptyKey emptyKey,
      Map<RouteKey, String> mappings) {
    this(new Routes(subModules), defaultRoute, emptyKey, mappings);
  }

  /** Routes by key, the first of them being the default. */
  public Router(Map<String, ? extends List<? extends Stage>> subModules) {
    this(subModules, Optional.empty(), EmptyKey.ALLOW, Map.of());
  }

  private Router(
      Routes routes,
      Optional<String> defaultRoute,
      EmptyKey emptyKey,
      Map<RouteKey, String> mappings) {
    this.routes = routes;
    this.emptyKey = emptyKey;
    this.mappings = Collections.unmodifiableMap(new LinkedHashMap<>(mappings));
    defaultRoute
        .filter(route -> !routes.has(route))
        .ifPresent(
            route -> {
              throw new IllegalArgumentException(
                  "Default route '" + route + "' not found in route keys: " + routes.keys());
            });
    for (String route : mappings.values()) {
      if (!routes.has(route)) {
        throw new IllegalArgumentException(
            "route_mappings contains mapping to '"
                + route
                + "' which is not in sub_modules. Available routes: "
                + routes.keys());
      }
    }
    this.defaultRoute =
        emptyKey == EmptyKey.ALLOW
            ? defaultRoute.or(() -> Optional.of(routes.first()))
            : defaultRoute;
  }

  /** One route for queries and one for documents, which is also that of calls without a task. */
  public static Router forQueryDocument(
      List<? extends Stage> queryModules, List<? extends Stage> documentModules) {
    Map<String, List<? extends Stage>> routes = new LinkedHashMap<>();
    routes.put("query", queryModules);
    routes.put("document", documentModules);
    return new Router(routes, Optional.of("document"), EmptyKey.ALLOW, Map.of());
  }

  /** Reads {@code router_config.json}, or the {@code config.json} of 5.0. */
  public static Router load(ModuleDir dir) {
    Json config = dir.findConfig(CONFIG).orElseGet(() -> dir.config("config.json"));
    Json parameters = config.object("parameters");
    Routes routes = Routes.load(dir, config);
    try {
      return new Router(
          routes,
          parameters.findString(DEFAULT_ROUTE),
          EmptyKey.of(parameters.findBool(EMPTY_KEY)),
          mappings(parameters));
    } catch (IllegalArgumentException e) {
      routes.close();
      throw new ModelException(config.file() + ": " + e.getMessage(), e);
    }
  }

  /** A key in another form is skipped with a warning, as in the reference. */
  private static Map<RouteKey, String> mappings(Json parameters) {
    Json texts = parameters.object(MAPPINGS);
    Map<RouteKey, String> mappings = new LinkedHashMap<>();
    for (String text : texts.keys()) {
      Optional<RouteKey> key = RouteKey.parse(text);
      if (key.isPresent()) {
        mappings.put(key.get(), texts.string(text));
      } else {
        LOG.warn("{}: cannot read the key {} of {}; skipping it", texts.file(), text, MAPPINGS);
      }
    }
    return mappings;
  }

  @Override
  public String name() {
    return "Router";
  }

  @Override
  public String settings() {
    return routes
        + defaultRoute.map(route -> "; default " + route).orElse("")
        + (mappings.isEmpty() ? "" : "; mappings " + mappings);
  }

  @Override
  public Set<String> tasks() {
    Set<String> tasks = new LinkedHashSet<>(routes.keys());
    mappings.keySet().forEach(key -> key.task().ifPresent(tasks::add));
    return tasks;
  }

  @Override
  public List<Module> modules(Optional<String> task) {
    return routes.modules(route(task), task);
  }

  private String route(Optional<String> task) {
    return RouteKey.fitting(task).stream()
        .filter(mappings::containsKey)
        .findFirst()
        .map(mappings::get)
        .or(() -> task.filter(routes::has))
        .or(() -> TEXT.stream().filter(routes::has).findFirst())
        .or(() -> task.isEmpty() ? defaultRoute : Optional.empty())
        .orElseThrow(() -> new IllegalArgumentException(refusal(task)));
  }

  private String refusal(Optional<String> task) {
    return task.map(
            name -> "No route found for task type '" + name + "'. Available routes: " + tasks())
        .orElseGet(
            () ->
                "Could not determine route for task=None, modality='text'. Available routes: "
                    + tasks()
                    + ". Give the call a task, or the Router a default route");
  }

  @Override
  public ModuleSpec spec() {
    Map<String, Object> texts = new LinkedHashMap<>();
    mappings.forEach((key, route) -> texts.put(key.toString(), route));
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put(DEFAULT_ROUTE, defaultRoute);
    parameters.put(EMPTY_KEY, emptyKey == EmptyKey.ALLOW);
    parameters.put(MAPPINGS, texts);
    return routes.spec(name(), CONFIG, parameters);
  }

  @Override
  public void close() {
    routes.close();
  }
}

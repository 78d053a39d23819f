// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which route a call takes; refusals are those of the reference's Router 6.2 and Asym 4.1. */
class RouterTest {
  private final Counting query = new Counting("query");
  private final Counting document = new Counting("document");
  private final Counting text = new Counting("text");

  private Map<String, List<Module>> routes() {
    Map<String, List<Module>> routes = new LinkedHashMap<>();
    routes.put("query", List.of(query));
    routes.put("document", List.of(document));
    return routes;
  }

  private static List<Module> none(Router router) {
    return router.modules(Optional.empty());
  }

  @Test
  void theTaskNamesTheRoute() {
    Router router = new Router(routes());

    assertThat(router.modules(Optional.of("document"))).containsExactly(document);
    assertThat(router.modules(Optional.of("query"))).containsExactly(query);
  }

  @Test
  void withoutATaskTheDefaultRouteRunsElseTheFirst() {
    assertThat(none(new Router(routes()))).containsExactly(query);
    assertThat(none(new Router(routes(), Optional.of("document"), EmptyKey.REFUSE, Map.of())))
        .containsExactly(document);
    assertThat(none(Router.forQueryDocument(List.of(query), List.of(document))))
        .containsExactly(document);
  }

  @Test
  void withoutATaskAndADefaultTheCallIsRefused() {
    Router router = new Router(routes(), Optional.empty(), EmptyKey.REFUSE, Map.of());

    assertThatThrownBy(() -> none(router))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Could not determine route for task=None, modality='text'. Available routes: [query,"
                + " document]. Give the call a task, or the Router a default route");
  }

  @Test
  void aTaskWithoutARouteIsRefusedEvenWhereThereIsADefault() {
    assertThatThrownBy(() -> new Router(routes()).modules(Optional.of("passage")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No route found for task type 'passage'. Available routes: [query, document]");
  }

  @ParameterizedTest
  @CsvSource({
    "search, query", // (task, text)
    "passage, document", // (task, any)
    "query, document", // (any, text) wins over the key
    ", document"
  })
  void mappingsWinOverKeys(String task, String route) {
    Map<RouteKey, String> mappings = new LinkedHashMap<>();
    mappings.put(new RouteKey(Optional.of("search"), List.of("text")), "query");
    mappings.put(RouteKey.task("passage"), "document");
    mappings.put(new RouteKey(Optional.empty(), List.of("text")), "document");
    mappings.put(RouteKey.any(), "query");
    Router router = new Router(routes(), Optional.empty(), EmptyKey.ALLOW, mappings);

    List<Module> modules = router.modules(Optional.ofNullable(task));

    assertThat(modules).extracting(Module::settings).containsExactly(route);
    assertThat(router.tasks()).containsExactly("query", "document", "search", "passage");
  }

  @Test
  void aRouteNamedAfterTheModalityTakesCallsWithoutATask() {
    Map<String, List<Module>> routes = routes();
    routes.put("text", List.of(text));

    assertThat(none(new Router(routes))).containsExactly(text);
  }

  @Test
  void whatHasNoRouteIsRefusedWhenItIsBuilt() {
    assertThatThrownBy(() -> new Router(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The sub_modules dictionary cannot be empty.");
    assertThatThrownBy(() -> new Router(routes(), Optional.of("passage"), EmptyKey.ALLOW, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Default route 'passage' not found in route keys: [query, document]");
    assertThatThrownBy(
            () ->
                new Router(
                    routes(),
                    Optional.empty(),
                    EmptyKey.ALLOW,
                    Map.of(RouteKey.task("search"), "nowhere")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "route_mappings contains mapping to 'nowhere' which is not in sub_modules. Available"
                + " routes: [query, document]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "('query', 'text')",
        "(None, 'text')",
        "('query', None)",
        "(None, None)",
        "('query', ('image', 'text'))",
        "(\"it's\", 'text')"
      })
  void keysOfMappingsAreReadAndWrittenAsPythonPrintsThem(String key) {
    assertThat(RouteKey.parse(key)).map(RouteKey::toString).contains(key);
  }

  @Test
  void modalitiesOfAKeyAreSortedAndQuotesMayBeDouble() {
    assertThat(RouteKey.parse("(\"query\",('text', 'image'))"))
        .contains(new RouteKey(Optional.of("query"), List.of("image", "text")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"query", "('query')", "('query', 'text', 'x')", "(__import__('os'), None)", "()"})
  void otherKeysAreNoKeys(String key) {
    assertThat(RouteKey.parse(key)).isEmpty();
  }

  @Test
  void aSharedModuleIsSavedAndClosedOnce() {
    Map<String, List<Module>> routes = new LinkedHashMap<>();
    routes.put("query", List.of(query, text));
    routes.put("document", List.of(document, text));
    Router router =
        new Router(
            routes, Optional.of("document"), EmptyKey.ALLOW, Map.of(RouteKey.any(), "query"));

    ModuleSpec spec = router.spec();
    router.close();

    assertThat(spec.folders().keySet())
        .containsExactly("query_0_Counting", "query_1_Counting", "document_0_Counting");
    Json config = Json.parse("router_config.json", spec.texts().get("router_config.json"));
    assertThat(config.object("structure").strings("document"))
        .containsExactly("document_0_Counting", "query_1_Counting");
    assertThat(config.object("types").string("query_1_Counting"))
        .isEqualTo("sentence_transformers.models.Counting");
    assertThat(config.object("parameters").string("default_route")).isEqualTo("document");
    assertThat(config.object("parameters").findBool("allow_empty_key")).contains(true);
    assertThat(config.object("parameters").object("route_mappings").string("(None, None)"))
        .isEqualTo("query");
    assertThat(text.closed).isEqualTo(1);
  }

  @Test
  void asymHandsOnWhatHasNoKeyIfItMay() {
    assertThat(new Asym(routes(), EmptyKey.ALLOW).modules(Optional.empty())).isEmpty();
    assertThat(new Asym(routes(), EmptyKey.ALLOW).modules(Optional.of("document")))
        .containsExactly(document);
  }

  @Test
  void asymRefusesOtherKeys() {
    assertThatThrownBy(() -> new Asym(routes(), EmptyKey.REFUSE).modules(Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Input did not specify any keys and allow_empty_key is False; keys: [query,"
                + " document]");
    assertThatThrownBy(() -> new Asym(routes(), EmptyKey.ALLOW).modules(Optional.of("doc")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Asym has no key 'doc'; keys: [query, document]");
    assertThatThrownBy(() -> new Asym(Map.of(), EmptyKey.ALLOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The sub_modules dictionary cannot be empty.");
  }

  @Test
  void aStructureMayNameOnlyWhatHasAType() {
    String json =
        """
        {"types": {}, "structure": {"query": ["gone"]}, "parameters": {}}
        """;
    assertThatThrownBy(() -> Router.load(FakeModuleDir.of("router_config.json", json)))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "fake/router_config.json: \"structure\" names \"gone\", which \"types\" does not"
                + " have; it has []");
    assertThatThrownBy(() -> Router.load(FakeModuleDir.of("{\"structure\": {}}")))
        .isInstanceOf(ModelException.class)
        .hasMessage("fake/config.json: The sub_modules dictionary cannot be empty.");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a mapping of a Router fits: a task and a modality, each of which may be left open. Files
 * spell it as a Python tuple, such as {@code ('query', 'text')}, {@code (None, 'text')} or {@code
 * ('query', ('image', 'text'))}.
 *
 * @param task such as {@code query}; empty for any
 * @param modality names in alphabetical order; an empty list for any. Weft's only input is text
 */
public record RouteKey(Optional<String> task, List<String> modality) {
  private static final String TEXT = "'([^'\\\\]*)'|\"([^\"\\\\]*)\"";
  private static final Pattern ITEM = Pattern.compile(TEXT);
  private static final Pattern FORM =
      Pattern.compile(
          "\\(\\s*(?<task>None|%1$s)\\s*,\\s*(?<modality>None|%1$s|\\((?:\\s*(?:%1$s)\\s*,?)*\\))\\s*\\)"
              .formatted("(?:" + TEXT + ")"));

  public RouteKey {
    modality = modality.stream().sorted().toList();
  }

  /** A task of texts. */
  public static RouteKey task(String name) {
    return new RouteKey(Optional.of(name), List.of());
  }

  /** Whatever no other mapping fits. */
  public static RouteKey any() {
    return new RouteKey(Optional.empty(), List.of());
  }

  /** Empty if the text has another form. */
  static Optional<RouteKey> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new RouteKey(
            items(matcher.group("task")).stream().findFirst(), items(matcher.group("modality"))));
  }

  private static List<String> items(String text) {
    return ITEM.matcher(text)
        .results()
        .map(m -> Optional.ofNullable(m.group(1)).orElseGet(() -> m.group(2)))
        .toList();
  }

  /** As Python prints the tuple. */
  @Override
  public String toString() {
    String kinds =
        switch (modality.size()) {
          case 0 -> "None";
          case 1 -> quoted(modality.get(0));
          default ->
              modality.stream().map(RouteKey::quoted).collect(Collectors.joining(", ", "(", ")"));
        };
    return "(" + task.map(RouteKey::quoted).orElse("None") + ", " + kinds + ")";
  }

  private static String quoted(String text) {
    String mark = text.indexOf('\'') < 0 ? "'" : "\"";
    return mark + text + mark;
  }

  static List<RouteKey> fitting(Optional<String> task) {
    return Arrays.asList(
        new RouteKey(task, Router.TEXT),
        new RouteKey(task, List.of()),
        new RouteKey(Optional.empty(), Router.TEXT),
        any());
  }
}

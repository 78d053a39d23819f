// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a hub and its cache are.
 *
 * @param endpoint address of the hub, with no slash at its end
 * @param cache the directory that holds {@code models--organisation--name}
 * @param offline whether only the cache may be used
 * @param token sent to the endpoint, and nowhere else
 * @param idle how long to wait for an answer or for its next bytes
 * @param backoff pause before the second try; doubles with each further one
 */
record HubSettings(
    String endpoint,
    Path cache,
    boolean offline,
    Optional<String> token,
    Duration idle,
    Duration backoff) {

  HubSettings {
    endpoint = endpoint.replaceAll("/+$", "");
  }

  /** Reads the variables that {@code huggingface_hub} reads; a blank one counts as not set. */
  static HubSettings parse(Map<String, String> environment) {
    Path cache =
        find(environment, "HF_HUB_CACHE")
            .map(Path::of)
            .or(() -> find(environment, "HF_HOME").map(home -> Path.of(home, "hub")))
            .orElseGet(
                () -> Path.of(System.getProperty("user.home", ""), ".cache", "huggingface", "hub"));
    return new HubSettings(
        find(environment, "HF_ENDPOINT").orElse("https://huggingface.co"),
        cache,
        find(environment, "HF_HUB_OFFLINE")
            .map(value -> value.toLowerCase(Locale.ROOT))
            .filter(Set.of("1", "true", "yes", "on")::contains)
            .isPresent(),
        find(environment, "HF_TOKEN"),
        Duration.ofSeconds(60),
        Duration.ofMillis(500));
  }

  HubSettings withCache(Path directory) {
    return new HubSettings(endpoint, directory, offline, token, idle, backoff);
  }

  private static Optional<String> find(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /** Leaves the token out, as settings end up in logs. */
  @Override
  public String toString() {
    return endpoint + ", cache " + cache + (offline ? ", offline" : "");
  }
}

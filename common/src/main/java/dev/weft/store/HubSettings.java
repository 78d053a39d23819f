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

  /**
   * Reads the variables that {@code huggingface_hub} reads; a blank one counts as not set. Without
   * a token among them, the one that {@code hf auth login} left is taken.
   *
   * @see <a
   *     href="https://github.com/huggingface/huggingface_hub/blob/main/src/huggingface_hub/constants.py">constants.py</a>
   */
  static HubSettings parse(Map<String, String> environment) {
    Path home =
        path(environment, "HF_HOME")
            .or(() -> path(environment, "XDG_CACHE_HOME").map(dir -> dir.resolve("huggingface")))
            .orElseGet(() -> Path.of(userHome(), ".cache", "huggingface"));
    return new HubSettings(
        find(environment, "HF_ENDPOINT").orElse("https://huggingface.co"),
        path(environment, "HF_HUB_CACHE")
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> home.resolve("hub")),
        isTrue(environment, "HF_HUB_OFFLINE") || isTrue(environment, "TRANSFORMERS_OFFLINE"),
        find(environment, "HF_TOKEN")
            .or(() -> find(environment, "HUGGING_FACE_HUB_TOKEN"))
            .or(
                () ->
                    isTrue(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")
                        ? Optional.empty()
                        : ModelDir.find(
                                path(environment, "HF_TOKEN_PATH")
                                    .orElseGet(() -> home.resolve("token")))
                            .map(String::strip)
                            .filter(token -> !token.isEmpty())),
        Duration.ofSeconds(60),
        Duration.ofMillis(500));
  }

  private static boolean isTrue(Map<String, String> environment, String name) {
    return find(environment, name)
        .map(value -> value.toLowerCase(Locale.ROOT))
        .filter(Set.of("1", "true", "yes", "on")::contains)
        .isPresent();
  }

  private static Optional<Path> path(Map<String, String> environment, String name) {
    return find(environment, name)
        .map(dir -> Path.of(dir.startsWith("~/") ? userHome() + dir.substring(1) : dir));
  }

  private static String userHome() {
    return System.getProperty("user.home", "");
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

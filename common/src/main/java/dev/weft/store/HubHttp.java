// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Sends requests to a hub. Redirects are followed here and not by the JDK, which would hand the
 * token to any other host.
 */
final class HubHttp {
  private static final int REDIRECTS = 5;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private final HubSettings settings;
  private final URI endpoint;

  /** An answer that no further try would change. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  HubHttp(HubSettings settings) {
    this.settings = settings;
    try {
      this.endpoint = URI.create(settings.endpoint());
      HttpRequest.newBuilder(endpoint);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          "HF_ENDPOINT \"" + settings.endpoint() + "\" is not an http or https address", e);
    }
    // The JDK would refuse it too, with the token in the message.
    if (settings.token().filter(token -> !token.matches("[!-~]+")).isPresent()) {
      throw new ModelException("HF_TOKEN holds a character that no token has; set it anew");
    }
  }

  /**
   * Asks for an address, from where the target stands.
   *
   * @throws IOException if another try may help
   * @throws RefusedException if none will
   */
  void fetch(URI start, HubAttempt.Target target) throws IOException, InterruptedException {
    URI uri = start;
    long offset = target.offset();
    Optional<String> hubTag = Optional.empty();
    for (int hop = 0; hop <= REDIRECTS; hop++) {
      HttpResponse<InputStream> response =
          http.send(request(uri, offset), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        hubTag = hubTag.or(() -> hubTag(response));
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() / 100 != 3 || location.isEmpty()) {
          if (response.statusCode() == 416 && offset > 0) {
            target.forget();
            throw new IOException("HTTP 416, the file is shorter than what was fetched of it");
          }
          check(response, offset);
          target.accept(answer(response, body, hubTag.orElse("")));
          return;
        }
        uri = next(uri, location.get());
      }
    }
    throw new IOException("more than " + REDIRECTS + " redirects");
  }

  private HubAnswer answer(HttpResponse<?> response, InputStream body, String hubTag) {
    return new HubAnswer(
        new HubBody(body, response.headers().firstValueAsLong("Content-Length"), settings.idle()),
        response.headers().firstValue("Content-Range").filter(r -> response.statusCode() == 206),
        hubTag,
        response.headers().firstValue("ETag").orElse(""));
  }

  private HttpRequest request(URI uri, long offset) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.idle());
    if (offset > 0) {
      request.header("Range", "bytes=" + offset + "-");
    }
    if (isHub(uri)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    return request.build();
  }

  private boolean isHub(URI uri) {
    return Objects.equals(uri.getScheme(), endpoint.getScheme())
        && Objects.equals(uri.getAuthority(), endpoint.getAuthority());
  }

  private static URI next(URI uri, String location) throws IOException {
    try {
      URI next = uri.resolve(location);
      if ("https".equals(next.getScheme()) || Objects.equals(uri.getScheme(), next.getScheme())) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("redirect to an unusable address", e);
    }
    throw new IOException("redirect away from https");
  }

  /** Only the hub knows the file; the entity tag of a mirror behind it may be another hash. */
  private Optional<String> hubTag(HttpResponse<?> response) {
    Optional<String> linked = response.headers().firstValue("X-Linked-Etag");
    boolean here = isHub(response.uri()) && response.statusCode() / 100 == 2;
    return linked.or(() -> here ? response.headers().firstValue("ETag") : Optional.empty());
  }

  private static void check(HttpResponse<?> response, long offset) throws IOException {
    int status = response.statusCode();
    if (status == 408 || status == 429 || status >= 500) {
      throw new HubRetry.BusyException(status, response.headers());
    }
    if (status != 200 && !(status == 206 && offset > 0)) {
      String reason =
          switch (status) {
            case 401, 403 ->
                ": the model is gated or private, or there is none of this name; set HF_TOKEN to a"
                    + " token that may read it";
            case 404 -> ": no such model or revision";
            default -> "";
          };
      throw new RefusedException("HTTP " + status + reason);
    }
    String type = response.headers().firstValue("Content-Type").orElse("");
    if (type.startsWith("text/html")) {
      throw new RefusedException(
          "a web page came instead of a file; something between here and the hub, such as a login"
              + " page or a proxy, answers in its place");
    }
  }
}

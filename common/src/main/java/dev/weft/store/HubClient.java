// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.config.ModelException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads one model of a hub over HTTP, checking length and SHA-256 where the hub tells them.
 * Redirects are followed here and not by the JDK, which would hand the token to any other host.
 */
final class HubClient {
  private static final int TRIES = 3;
  private static final int REDIRECTS = 5;
  private static final Pattern SHA256 = Pattern.compile("(?:W/)?\"?([0-9a-f]{64})\"?");

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private final HubSettings settings;
  private final String name;
  private final URI endpoint;

  HubClient(HubSettings settings, String name) {
    this.settings = settings;
    this.name = name;
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

  /** What a revision consists of. */
  HubListing listing(String revision) {
    URI uri = URI.create(endpoint + "/api/models/" + name + "/revision/" + encode(revision));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    fetch(
        uri,
        () -> {
          text.reset();
          return text;
        });
    return HubListing.parse(uri.toString(), text.toString(StandardCharsets.UTF_8));
  }

  /** Writes one file of a commit to a path that nobody else looks at. */
  void download(String commit, String file, Path target) {
    String path = encode(file).replace("%2F", "/");
    URI uri = URI.create(endpoint + "/" + name + "/resolve/" + commit + "/" + path);
    fetch(uri, () -> Files.newOutputStream(target));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Where a body goes; opened anew for every try. */
  private interface Sink {
    OutputStream open() throws IOException;
  }

  private void fetch(URI uri, Sink sink) {
    try {
      for (int tries = 1; ; tries++) {
        try {
          attempt(uri, sink);
          return;
        } catch (IOException e) {
          if (tries == TRIES) {
            throw new ModelException(failure(uri, e + ", " + TRIES + " tries") + "; " + Hub.FIX, e);
          }
        }
        TimeUnit.MILLISECONDS.sleep(settings.backoff().toMillis() << (tries - 1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelException(failure(uri, "interrupted"), e);
    }
  }

  private void attempt(URI start, Sink sink) throws IOException, InterruptedException {
    URI uri = start;
    Optional<String> sha256 = Optional.empty();
    for (int hop = 0; hop <= REDIRECTS; hop++) {
      HttpResponse<InputStream> response =
          http.send(request(uri), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        sha256 = sha256.or(() -> sha256(response));
        Optional<String> location = response.headers().firstValue("Location");
        if (response.statusCode() / 100 != 3 || location.isEmpty()) {
          checkStatus(start, response.statusCode());
          OptionalLong length = response.headers().firstValueAsLong("Content-Length");
          String actual = new HubBody(body, length, settings.idle()).copyTo(sink.open());
          checkHash(start, sha256.orElse(actual), actual);
          return;
        }
        uri = next(uri, location.get());
      }
    }
    throw new IOException("more than " + REDIRECTS + " redirects");
  }

  private HttpRequest request(URI uri) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.idle());
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
  private Optional<String> sha256(HttpResponse<?> response) {
    return Stream.of("X-Linked-Etag", "ETag")
        .filter(header -> isHub(response.uri()) || !header.equals("ETag"))
        .flatMap(header -> response.headers().firstValue(header).stream())
        .map(SHA256::matcher)
        .filter(Matcher::matches)
        .map(match -> match.group(1))
        .findFirst();
  }

  private void checkStatus(URI uri, int status) throws IOException {
    if (status == 429 || status >= 500) {
      throw new IOException("HTTP " + status);
    }
    if (status != 200) {
      String reason =
          switch (status) {
            case 401, 403 ->
                ": the model is gated or private, or there is none of this name; set HF_TOKEN to a"
                    + " token that may read it";
            case 404 -> ": no such model or revision";
            default -> "";
          };
      throw new ModelException(failure(uri, "HTTP " + status + reason) + "; " + Hub.FIX);
    }
  }

  private void checkHash(URI uri, String expected, String actual) {
    if (!actual.equals(expected)) {
      String reason = "its SHA-256 is " + actual + ", but should be " + expected;
      throw new ModelException(failure(uri, reason) + "; try again, or " + Hub.FIX);
    }
  }

  private String failure(URI uri, String reason) {
    return name + ": cannot be fetched from " + uri + " (" + reason + ")";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A hub on the loopback interface that answers what a test tells it to. Mutable, thread-safe; keeps
 * what it was asked for.
 */
final class FakeHub implements AutoCloseable {
  private final Map<String, HttpHandler> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  FakeHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** This hub under the name {@code 127.0.0.1} or {@code localhost}: two origins for a client. */
  String address(String host) {
    return "http://" + host + ":" + server.getAddress().getPort();
  }

  /** Paths asked for, in order, as they came over the wire. */
  List<String> requests() {
    return requests;
  }

  /** Parts of files asked for, in order. */
  List<String> ranges() {
    return ranges;
  }

  /** Hosts that got a token, with the token. */
  List<String> tokens() {
    return tokens;
  }

  void listing(String name, String revision, String commit, String... files) {
    String siblings =
        List.of(files).stream()
            .map(file -> "{\"rfilename\": \"" + file + "\"}")
            .collect(Collectors.joining(", ", "[", "]"));
    text(
        "/api/models/" + name + "/revision/" + revision,
        "{\"sha\": \"" + commit + "\", \"siblings\": " + siblings + "}");
  }

  void text(String path, String text, String... headers) {
    on(path, exchange -> send(exchange, 200, text, headers));
  }

  void status(String path, int status) {
    on(path, exchange -> send(exchange, status, "{\"error\": \"as told\"}"));
  }

  void redirect(String path, String location, String... headers) {
    on(
        path,
        exchange -> {
          exchange.getResponseHeaders().add("Location", location);
          send(exchange, 302, "Found", headers);
        });
  }

  void on(String path, HttpHandler handler) {
    answers.put(path, handler);
  }

  /**
   * A file that may be asked for in parts. The first answers break after so many bytes, later ones
   * are whole.
   */
  void parts(String path, byte[] content, String tag, int... cuts) {
    AtomicInteger turn = new AtomicInteger();
    on(
        path,
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
          int next = turn.getAndIncrement();
          int length = content.length - from;
          exchange.getResponseHeaders().add("ETag", tag);
          if (range != null) {
            ranges.add(range);
            exchange
                .getResponseHeaders()
                .add(
                    "Content-Range",
                    "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
          }
          exchange.sendResponseHeaders(range == null ? 200 : 206, length);
          int sent = next < cuts.length ? Math.min(cuts[next], length) : length;
          exchange.getResponseBody().write(content, from, sent);
          if (sent < length) {
            exchange.getResponseBody().flush();
            pause();
          }
        });
  }

  /** The JDK's client drops what it has not handed on when a connection breaks. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What answers a path now. */
  HttpHandler handler(String path) {
    return answers.get(path);
  }

  static void send(HttpExchange exchange, int status, String text, String... headers)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      requests.add(path);
      Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
          .ifPresent(
              token -> tokens.add(exchange.getRequestHeaders().getFirst("Host") + " " + token));
      answers.getOrDefault(path, e -> send(e, 404, "not here")).handle(exchange);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

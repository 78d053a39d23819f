// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EncodeOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EnrichLinesTest {
  private static final List<String> LINES =
      IntStream.range(0, 300).mapToObj(i -> "line " + i + " of many".repeat(i % 7)).toList();

  @TempDir private Path folder;

  @Test
  void everyLineOfAFileIsWrittenWithItsVector() throws Exception {
    enrich(Files.write(folder.resolve("lines.txt"), LINES).toString());
  }

  @Test
  void everyLineOfASocketIsWrittenWithItsVector() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(server));
      enrich("socket://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort());
      sent.get();
    }
  }

  private void enrich(String input) throws Exception {
    Path output = folder.resolve("output");
    EnrichLines.main(new String[] {Vectors.MODEL, input, output.toString()});
    Vectors.assertWritten(output.resolve("enriched"), LINES, EncodeOptions.DEFAULT.normalized());
    assertThat(output.resolve("failed")).doesNotExist();
  }

  private static void send(ServerSocket server) {
    try (Socket reader = server.accept();
        PrintWriter lines =
            new PrintWriter(reader.getOutputStream(), false, StandardCharsets.UTF_8)) {
      LINES.forEach(lines::println);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void argumentsAreAskedFor() {
    assertThatThrownBy(() -> EnrichLines.main(new String[] {"a"}))
        .hasMessage("usage: MODEL INPUT OUTPUT");
  }
}

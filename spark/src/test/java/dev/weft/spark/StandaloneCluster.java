// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A master and two workers of one core, each a process of its own, on two addresses of this
 * machine: Spark runs a task a second time only on another host. Each worker says it has a GPU.
 */
final class StandaloneCluster implements BeforeAllCallback, AfterAllCallback {
  /** The address of the GPU that is not there. */
  static final String GPU = "5";

  private static final String HOST = "127.0.0.1";

  private final List<Process> processes = new ArrayList<>();
  private Path folder;
  private int port;

  String url() {
    return "spark://" + HOST + ":" + port;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Files.createDirectories(ClusterSpark.HOME);
    folder = Files.createTempDirectory(ClusterSpark.HOME.toAbsolutePath(), "standalone");
    Path script = Files.writeString(folder.resolve("gpus.sh"), script());
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    start("master.Master", List.of(), "--host", HOST, "--port", "" + port, "--webui-port", "0");
    awaitMaster();
    List<String> gpu =
        List.of(
            "-Dspark.worker.resource.gpu.amount=1",
            "-Dspark.worker.resource.gpu.discoveryScript=" + script);
    for (String host : List.of(HOST, "127.0.0.2")) {
      String work = folder.resolve(host).toString();
      String[] worker = {
        "--host", host, "--cores", "1", "--memory", "1g", "--work-dir", work, "--webui-port", "0"
      };
      start("worker.Worker", gpu, Stream.concat(Stream.of(worker), Stream.of(url())));
    }
  }

  private static String script() {
    return "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"" + GPU + "\"]}'\n";
  }

  private void start(String main, List<String> options, String... arguments) throws IOException {
    start(main, options, Stream.of(arguments));
  }

  private void start(String main, List<String> options, Stream<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ClusterSpark.javaOptions());
    command.addAll(options);
    command.addAll(List.of("-Xmx256m", "-cp", ClusterSpark.classPath().toString()));
    command.add("org.apache.spark.deploy." + main);
    arguments.forEach(command::add);
    processes.add(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(processes.size() + ".log").toFile())
            .start());
  }

  /** Workers that find no master try again after seconds only. */
  private void awaitMaster() throws IOException {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(HOST, port), 1000);
        return;
      } catch (IOException e) {
        if (!processes.get(0).isAlive()) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** The workers before their master. */
  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    Collections.reverse(processes);
    for (Process process : processes) {
      process.destroy();
      process.waitFor();
    }
  }
}

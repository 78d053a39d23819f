// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Lines that a job wrote exactly once. */
final class WrittenFiles {
  private WrittenFiles() {}

  static FileSink<String> sink(Path folder) {
    return FileSink.forRowFormat(
            new org.apache.flink.core.fs.Path(folder.toUri()), new SimpleStringEncoder<String>())
        .withRollingPolicy(OnCheckpointRollingPolicy.build())
        .build();
  }

  /** Those of the files that are finished. */
  static List<String> lines(Path folder) throws IOException {
    return bySubtask(folder).values().stream().flatMap(List::stream).toList();
  }

  /** In the order each subtask wrote them, by the name it drew for its files. */
  static Map<String, List<String>> bySubtask(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(WrittenFiles::isFinished)
          .sorted((a, b) -> Integer.compare(number(a), number(b)))
          .collect(
              Collectors.groupingBy(
                  WrittenFiles::subtask,
                  TreeMap::new,
                  Collectors.flatMapping(WrittenFiles::read, Collectors.toList())));
    }
  }

  /** A dot begins the names of others. */
  private static boolean isFinished(Path file) {
    return Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".");
  }

  private static int number(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }

  private static String subtask(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('-'));
  }

  private static Stream<String> read(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.examples.flink;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EncodeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EnrichTableTest {
  @Test
  void linesHaveTheVectorsOfTheModelAndOfTheFunction(@TempDir Path folder) throws Exception {
    List<String> lines =
        IntStream.range(0, 100)
            .mapToObj(i -> "is it's line " + i + " of many".repeat(i % 7) + "!?".charAt(i % 2))
            .toList();
    Path input = Files.write(folder.resolve("o'lines.txt"), lines);

    EnrichTable.main(new String[] {Vectors.MODEL, input.toString(), folder.toString()});

    Vectors.assertWritten(folder.resolve("vectors"), lines, EncodeOptions.DEFAULT.normalized());
    Vectors.assertWritten(
        folder.resolve("questions"),
        lines.stream().filter(line -> line.endsWith("?")).toList(),
        EncodeOptions.DEFAULT.withPrompt("query: "));
  }

  @Test
  void argumentsAreAskedFor() {
    assertThatThrownBy(() -> EnrichTable.main(new String[] {"a"}))
        .hasMessage("usage: MODEL INPUT OUTPUT");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Numbers the reference wrote, by the scripts of {@code tools/golden}. */
public final class Golden {
  private static final Path ROOT = Path.of("src/test/resources/golden");

  private Golden() {}

  public static <T> T read(String name, Class<T> type) {
    try {
      return new Gson().fromJson(Files.readString(ROOT.resolve(name + ".json")), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares component by component: |difference| ≤ tolerance · max(1, |expected|). */
  public static void assertClose(
      float[] actual, float[] expected, double tolerance, String what, Object... args) {
    assertThat(actual).as(what, args).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs(actual[i] - expected[i]);
      assertThat(difference)
          .as("%s: component %d is %s, not %s", what.formatted(args), i, actual[i], expected[i])
          .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(expected[i])));
    }
  }
}

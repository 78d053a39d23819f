// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SessionModelTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final Path MODEL =
      Path.of("../common/src/test/resources/parity/static/model").toAbsolutePath().normalize();

  private static final String OPTIONS_ONLY =
      "SELECT size(embed('a text', NULL, map('truncateDim', '8')))";

  @Test
  void anExplicitNullIsTheModelOfTheSession() {
    LOCAL.spark().conf().set("spark.weft.model", MODEL.toString());
    try {
      Row row = LOCAL.spark().sql(OPTIONS_ONLY).first();
      assertThat(row.getInt(0)).isEqualTo(8);
    } finally {
      LOCAL.spark().conf().unset("spark.weft.model");
    }
  }

  @Test
  void anExplicitNullWithoutOneIsRefused() {
    assertThatThrownBy(() -> LOCAL.spark().sql(OPTIONS_ONLY))
        .hasMessageContaining(
            "embed() has no model; give one as second argument or set spark.weft.model");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionModelTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final Path MODEL =
      Path.of("../common/src/test/resources/parity/static/model").toAbsolutePath().normalize();

  private static final String OPTIONS_ONLY =
      "SELECT size(embed('a text', NULL, map('truncateDim', '8')))";

  @ParameterizedTest
  @ValueSource(strings = {"NULL", "CAST(NULL AS STRING)"})
  void anExplicitNullIsTheModelOfTheSession(String none) {
    LOCAL.spark().conf().set("spark.weft.model", MODEL.toString());
    try {
      Row row = LOCAL.spark().sql(OPTIONS_ONLY.replace("NULL", none)).first();
      assertThat(row.getInt(0)).isEqualTo(8);
    } finally {
      LOCAL.spark().conf().unset("spark.weft.model");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NULL", "CAST(NULL AS STRING)"})
  void anExplicitNullWithoutOneIsRefused(String none) {
    assertThatThrownBy(() -> LOCAL.spark().sql(OPTIONS_ONLY.replace("NULL", none)))
        .hasMessageContaining(
            "embed() has no model; give one as second argument or set spark.weft.model");
  }
}

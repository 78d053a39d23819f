// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Embedder;
import dev.weft.TestModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerSidesTest {
  @Test
  void theBlocksNameTheSides() {
    TokenizerSides sides =
        TokenizerSides.of(
            """
            {"version": "1.0", "truncation": {"direction": "Left", "max_length": 4, "stride": 0},
             "padding": {"pad_id": 0, "direction": "Right"}, "model": {}}
            """);

    assertThat(sides.truncation()).contains(TruncationSide.LEFT);
    assertThat(sides.padding()).contains(PaddingSide.RIGHT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"truncation\": {\"direction\": \"Left\"",
        "{\"truncation\": null, \"padding\": {\"direction\": null}}",
        "{\"model\": {\"truncation\": {\"direction\": \"Left\"}}}"
      })
  void whereThereIsNoBlockNothingIsKnown(String json) {
    TokenizerSides sides = TokenizerSides.of(json);

    assertThat(sides.truncation()).isEmpty();
    assertThat(sides.padding()).isEmpty();
  }

  @Test
  void aLongTextIsCutWhereTheBlockSaysUnlessTheConfigurationSaysOtherwise(@TempDir Path folder) {
    TestModel model = TestModel.copyOf("bert-mean-normalize", folder);
    float[] cut = vector(model, "the stock " + "fell ".repeat(60));
    float[] end = vector(model, "fell ".repeat(60));
    assertThat(cut).isNotEqualTo(end);

    model.edit(
        "tokenizer.json",
        "\"truncation\": null",
        "\"truncation\": {\"direction\": \"Left\", \"max_length\": 8, \"strategy\":"
            + " \"LongestFirst\", \"stride\": 0}");
    assertThat(vector(model, "the stock " + "fell ".repeat(60))).isEqualTo(end);

    model.edit("tokenizer_config.json", "{", "{\"truncation_side\": \"right\",");
    assertThat(vector(model, "the stock " + "fell ".repeat(60))).isEqualTo(cut);
  }

  private static float[] vector(TestModel model, String text) {
    try (Embedder embedder = Embedder.load(model.toString())) {
      return embedder.encode(List.of(text))[0];
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What needs a GPU: runs in the profile {@code cuda} alone, and fails where there is none. */
@Tag("cuda")
class CudaTest {
  private static final EmbedderOptions CUDA = EmbedderOptions.DEFAULT.withDevice("cuda");

  static Stream<ParityCase> cases() {
    return Stream.of(ParityCase.in(ParityCase.PARITY), ParityCase.in(ParityCase.CASES))
        .flatMap(kind -> kind);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void encodeGivesTheNumbersOfTheReference(ParityCase parity) {
    ParityTest.assertNumbers(parity, CUDA);
  }

  @Test
  void theGpuIsTakenWhereNobodyChoosesADevice() {
    assertThat(Embedder.gpus()).isPositive();
    try (Embedder chosen = Embedder.load(TestModel.of("roberta").toString(), CUDA);
        Embedder auto = Embedder.load(TestModel.of("roberta").toString())) {
      EncodeOptions options = EncodeOptions.DEFAULT;
      assertThat(auto.batchTokens(options)).isEqualTo(chosen.batchTokens(options));
      assertThat(auto.encode(List.of("a text"))).isDeepEqualTo(chosen.encode(List.of("a text")));
    }
  }

  @Test
  void aGpuTooManyIsRefused() {
    int gpus = Embedder.gpus();
    EmbedderOptions next = EmbedderOptions.DEFAULT.withDevice("cuda:" + gpus);

    assertThatThrownBy(() -> Embedder.load(TestModel.of("roberta").toString(), next))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"cuda:" + gpus + "\" was asked for, but the engine sees " + gpus);
  }
}

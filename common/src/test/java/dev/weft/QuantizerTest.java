// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantizerTest {
  private static final Numbers NUMBERS = Golden.read("quantize", Numbers.class);

  private record Numbers(float[][] vectors, List<Scalar> scalar, List<Binary> binary) {}

  record Scalar(String precision, float[] min, float[] max, int[][] codes) {}

  record Binary(String precision, int[][] codes) {}

  static Stream<Scalar> scalar() {
    return NUMBERS.scalar().stream();
  }

  static Stream<Binary> binary() {
    return NUMBERS.binary().stream();
  }

  @ParameterizedTest
  @MethodSource("scalar")
  void codesByRangesAreThoseOfTheReference(Scalar expected) {
    Precision precision = Precision.parse(expected.precision());
    CalibrationRanges ranges = CalibrationRanges.of(expected.min(), expected.max());

    byte[][] codes = Quantizer.scalar(NUMBERS.vectors(), precision, ranges);

    assertThat(values(codes, precision)).isDeepEqualTo(expected.codes());
  }

  @ParameterizedTest
  @MethodSource("binary")
  void bitsAreThoseOfTheReference(Binary expected) {
    Precision precision = Precision.parse(expected.precision());

    byte[][] codes = Quantizer.binary(NUMBERS.vectors(), precision);

    assertThat(values(codes, precision)).isDeepEqualTo(expected.codes());
  }

  @Test
  void rangesOfTheVectorsThemselvesAreThoseOfTheReference() {
    Scalar own = NUMBERS.scalar().get(0);

    byte[][] codes =
        Quantizer.scalar(
            NUMBERS.vectors(), Precision.INT8, CalibrationRanges.of(NUMBERS.vectors()));

    assertThat(own.precision()).isEqualTo("int8");
    assertThat(values(codes, Precision.INT8)).isDeepEqualTo(own.codes());
  }

  @Test
  void aComponentThatNeverVariesIsTheLowestCode() {
    float[][] vectors = {{0.25f, -3}, {0.25f, 3}};
    CalibrationRanges ranges = CalibrationRanges.of(vectors);

    assertThat(Quantizer.scalar(vectors, Precision.UINT8, ranges))
        .isDeepEqualTo(new byte[][] {{0, 0}, {0, (byte) 255}});
    assertThat(Quantizer.scalar(vectors, Precision.INT8, ranges))
        .isDeepEqualTo(new byte[][] {{-128, -128}, {-128, 127}});
  }

  @Test
  void rangesOfPartsMergeToThoseOfTheWhole() {
    float[][] vectors = NUMBERS.vectors();
    float[][] first = {vectors[0], vectors[1]};
    float[][] rest = Arrays.copyOfRange(vectors, 2, vectors.length);

    CalibrationRanges merged = CalibrationRanges.of(first).merge(CalibrationRanges.of(rest));

    assertThat(merged).hasToString(CalibrationRanges.of(vectors).toString());
    assertThat(merged.toString()).isNotEqualTo(CalibrationRanges.of(rest).toString());
  }

  @Test
  void rangesNeedVectorsOfOneWidth() {
    assertThatThrownBy(() -> CalibrationRanges.of(new float[0][]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("calibration needs at least one vector");
    assertThatThrownBy(() -> CalibrationRanges.of(new float[2], new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ranges need as many minima as maxima: 2, 3");
    assertThatThrownBy(
            () ->
                Quantizer.scalar(
                    new float[][] {{1, 2}, {1, 2, 3}},
                    Precision.INT8,
                    CalibrationRanges.of(new float[2], new float[2])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vector 1 has 3 components, the calibration ranges have 2");
  }

  @ParameterizedTest
  @EnumSource
  void everyPrecisionHasTheNameOfTheReference(Precision precision) {
    String name = precision.name().toLowerCase(Locale.ROOT);

    assertThat(precision).hasToString(name);
    assertThat(Precision.parse(name)).isSameAs(precision);
    CalibrationRanges ranges = CalibrationRanges.of(new float[1], new float[1]);
    if (!precision.isCalibrated()) {
      assertThatThrownBy(() -> Quantizer.scalar(new float[0][], precision, ranges))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(name + " takes no calibration ranges");
    }
  }

  @Test
  void anUnknownPrecisionListsTheKnownOnes() {
    assertThatThrownBy(() -> Precision.parse("INT8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "precision \"INT8\" is not known; known: [float32, int8, uint8, binary, ubinary]");
  }

  private static int[][] values(byte[][] codes, Precision precision) {
    int[][] values = new int[codes.length][];
    for (int row = 0; row < codes.length; row++) {
      values[row] = new int[codes[row].length];
      for (int i = 0; i < values[row].length; i++) {
        values[row][i] = precision.value(codes[row][i]);
      }
    }
    return values;
  }
}

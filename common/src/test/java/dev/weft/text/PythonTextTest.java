// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Golden;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PythonTextTest {
  private static final Numbers NUMBERS = Golden.read("python_text", Numbers.class);

  private record Numbers(
      int[] spaces,
      int[] punctuation,
      int[][] lower,
      int[] longer,
      int[][] cased,
      int[][] ignorable,
      Lowered[] texts) {}

  private record Lowered(String text, String lower) {}

  @Test
  void spacesAreThoseOfPythonOverTheWholePlane() {
    assertThat(IntStream.range(0, 0x10000).filter(c -> PythonText.isSpace((char) c)))
        .containsExactly(boxed(NUMBERS.spaces()));
  }

  @Test
  void punctuationIsThatOfPython() {
    assertThat(IntStream.range(0, 0x10000).filter(c -> PythonText.isPunctuation((char) c)))
        .hasSize(32)
        .containsExactly(boxed(NUMBERS.punctuation()));
  }

  @Test
  void everyCodePointHasTheLowerCaseOfPython() {
    Map<Integer, Integer> expected = new HashMap<>();
    for (int[] run : NUMBERS.lower()) {
      for (int c = run[0]; c <= run[1]; c += run[2]) {
        expected.put(c, c + run[3]);
      }
    }

    IntStream differing =
        characters()
            .filter(c -> !isOneOf(c, NUMBERS.longer()))
            .filter(
                c ->
                    !PythonText.lower(Character.toString(c))
                        .equals(Character.toString(expected.getOrDefault(c, c))));

    assertThat(expected).hasSizeGreaterThan(1300);
    assertThat(differing.mapToObj(Integer::toHexString)).isEmpty();
    assertThat(NUMBERS.longer()).containsExactly('İ');
  }

  @Test
  void casedAndIgnorableAreThoseOfPythonForAllThatJavaKnows() {
    // Python takes both from Unicode 14, JDK 17 from 13, where U+1734 was another kind of mark.
    assertThat(differing(FinalSigma::isIgnorable, NUMBERS.ignorable())).isSubsetOf("1734");
    // A letter that is both is looked through, so that Python does not tell whether it is cased.
    IntPredicate cased = c -> FinalSigma.isCased(c) && !FinalSigma.isIgnorable(c);
    assertThat(differing(cased, NUMBERS.cased())).isEmpty();
  }

  static Stream<Lowered> texts() {
    return Arrays.stream(NUMBERS.texts());
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTextIsLoweredAsPythonDoes(Lowered expected) {
    assertThat(PythonText.lower(expected.text())).isEqualTo(expected.lower());
  }

  @Test
  void aTextInLowerCaseIsTheSameObject() {
    String text = "all lower, 123 {}";
    assertThat(PythonText.lower(text)).isSameAs(text);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void inPlaceTheResultIsTheSameOrNone(Lowered expected) {
    char[] chars = ("X" + expected.text() + "Y").toCharArray();

    boolean lowered = PythonText.lowerInPlace(chars, 1, chars.length - 1);

    String content = lowered ? expected.lower() : expected.text();
    assertThat(new String(chars)).isEqualTo("X" + content + "Y");
    boolean alone = expected.text().codePoints().allMatch(c -> c != 'Σ' && c != 'İ' && c < 0x10000);
    assertThat(lowered).isEqualTo(alone);
  }

  @Test
  void splitsAtRunsOfSpacesAndStripsBothEnds() {
    assertThat(PythonText.split(" a\u00a0\tb\u001c\u2028c ")).containsExactly("a", "b", "c");
    assertThat(PythonText.split("a\u200bb")).containsExactly("a\u200bb");
    assertThat(PythonText.split(" \n")).isEmpty();
    assertThat(PythonText.stripPunctuation("..a.b!~")).isEqualTo("a.b");
    assertThat(PythonText.stripPunctuation("…a")).isEqualTo("…a");
    assertThat(PythonText.stripPunctuation("_-_")).isEmpty();
  }

  private static Stream<String> differing(IntPredicate actual, int[][] runs) {
    BitSet expected = new BitSet();
    for (int[] run : runs) {
      expected.set(run[0], run[1] + 1);
    }
    return characters()
        .filter(Character::isDefined)
        .filter(c -> actual.test(c) != expected.get(c))
        .mapToObj(Integer::toHexString);
  }

  private static IntStream characters() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .filter(c -> Character.getType(c) != Character.SURROGATE);
  }

  private static boolean isOneOf(int c, int[] values) {
    return Arrays.stream(values).anyMatch(value -> value == c);
  }

  private static Integer[] boxed(int[] values) {
    return Arrays.stream(values).boxed().toArray(Integer[]::new);
  }
}

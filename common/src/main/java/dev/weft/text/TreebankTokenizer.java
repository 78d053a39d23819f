// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The Penn Treebank conventions as NLTK's {@code word_tokenize(text, preserve_line=True)} applies
 * them (release 3.10, {@code NLTKWordTokenizer}): marks of all kinds, brackets and the parts of
 * contractions stand alone, a straight double quote becomes {@code ``} or {@code ''}, and only a
 * period at the end of the text is split off. A list of rewriting rules puts spaces around what is
 * to stand alone, each rule on the result of the one before; the words between spaces are the
 * tokens.
 *
 * <p>Character classes are those of Python's two engines: NLTK 3.10 runs its rules with the package
 * {@code regex}, whose word characters include marks and joiners, and the contractions with {@code
 * re}, where they are letters, numbers and the underscore.
 */
final class TreebankTokenizer {
  private static final String SPACE =
      "[\\t-\\r \\x85\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000]";

  /** Java looks behind by code points, not halves, only where the pattern itself has a long one. */
  private static final String LONG_LETTER = "\uD800\uDC00";

  private static final String WORD =
      "[\\p{IsAlphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{IsJoin_Control}" + LONG_LETTER + "]";
  private static final String NO_WORD_BEFORE = "(?<![\\p{L}\\p{N}_" + LONG_LETTER + "])";
  private static final String NO_WORD_AFTER = "(?![\\p{L}\\p{N}_])";
  private static final String ANY_CASE = "(?iu)";
  private static final String ALONE = " $0 ";

  private static final List<Rule> OPENING_QUOTES =
      List.of(
          Rule.of("«“‘„`", "[«“‘„]|`+", ALONE),
          Rule.of("\"", "^\"", "``"),
          Rule.of("`", "``", ALONE),
          Rule.of("\"'", "([ (\\[{<])(?:\"|'')", "$1 `` "),
          Rule.of(
              "'",
              ANY_CASE + "(?<!%1$s)'(?!(?:re|ve|ll|[mtsdn])(?!%1$s))(?=%1$s)".formatted(WORD),
              "' "));

  private static final List<Rule> PUNCTUATION =
      List.of(
          Rule.of(".", "\\.(?<=[^.]\\.)([\\])}>\"'»”’ ]*+)" + SPACE + "*$", " . $1 "),
          Rule.of(":,", "([:,])(\\P{Nd})", " $1 $2"),
          Rule.of(":,", "[:,]$", ALONE),
          Rule.of(".", "\\.{2,}", ALONE),
          Rule.of(";@#$%&", "[;@#$%&]", ALONE),
          Rule.of("\u2012\u2013\u2014\u2015", "[\u2012-\u2015]", ALONE),
          Rule.of(".", "\\.(?<=[^.]\\.)([\\])}>\"']*)" + SPACE + "*$", " .$1 "),
          Rule.of("?!", "[?!]", ALONE),
          Rule.of("'", "([^'])' ", "$1 ' "),
          Rule.of("*", "\\*", ALONE),
          Rule.of("[](){}<>", "[\\[\\](){}<>]", ALONE),
          Rule.of("-", "--", ALONE));

  private static final List<Rule> CLOSING_QUOTES =
      List.of(
          Rule.of("»”’", "[»”’]", ALONE), Rule.of("'", "''", ALONE), Rule.of("\"", "\"", " '' "));

  private static final List<Rule> CLITICS =
      List.of(
          Rule.of("'", "([^' ])('[sSmMdD]|') ", "$1 $2 "),
          Rule.of("'", "([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", "$1 $2 "));

  /**
   * NLTK has a rule for each contraction. Those of the first here take whole words, so that one
   * pass does the same; those with 't see the space that the one before put there.
   */
  private static final List<Rule> CONTRACTIONS =
      List.of(
          Rule.of(
              "",
              ANY_CASE
                  + "(?=[cdglmw])"
                  + NO_WORD_BEFORE
                  + "(can(?=not)|d(?='ye)|gim(?=me)|gon(?=na)|got(?=ta)|lem(?=me)|more(?='n)"
                  + "|wan(?=na[ \\x1C-\\x1F]))(not|'ye|me|na|ta|'n)"
                  + NO_WORD_AFTER,
              " $1 $2 "),
          Rule.of("'", ANY_CASE + " ('t)(is)" + NO_WORD_AFTER, " $1 $2 "),
          Rule.of("'", ANY_CASE + " ('t)(was)" + NO_WORD_AFTER, " $1 $2 "));

  private TreebankTokenizer() {}

  /** The tokens of a text; none is empty. */
  static List<String> tokenize(String text) {
    String opened = apply(PUNCTUATION, apply(OPENING_QUOTES, text));
    String closed = apply(CLOSING_QUOTES, " " + opened + " ");
    String parted = apply(CONTRACTIONS, apply(CLITICS, singleSpaced(closed)));
    return PythonText.split(parted);
  }

  /** Every run of {@link #SPACE} as one space. */
  private static String singleSpaced(String text) {
    StringBuilder spaced = new StringBuilder(text.length());
    boolean inSpace = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean space = PythonText.isSpace(c) && !(c >= 0x1C && c <= 0x1F);
      if (!space) {
        spaced.append(c);
      } else if (!inSpace) {
        spaced.append(' ');
      }
      inSpace = space;
    }
    return spaced.toString();
  }

  private static String apply(List<Rule> rules, String text) {
    String result = text;
    for (Rule rule : rules) {
      result = rule.apply(result);
    }
    return result;
  }

  /**
   * A rewriting rule.
   *
   * @param marks characters of which one must be there for the rule to match at all; most texts
   *     have few, so most rules need not be tried
   */
  private record Rule(String marks, Pattern pattern, String replacement) {
    static Rule of(String marks, String pattern, String replacement) {
      // As in Python, "$" looks past a line feed at the end, and past no other line end.
      return new Rule(marks, Pattern.compile(pattern, Pattern.UNIX_LINES), replacement);
    }

    String apply(String text) {
      return mayMatch(text) ? pattern.matcher(text).replaceAll(replacement) : text;
    }

    private boolean mayMatch(String text) {
      for (int i = 0; i < marks.length(); i++) {
        if (text.indexOf(marks.charAt(i)) >= 0) {
          return true;
        }
      }
      return marks.isEmpty();
    }
  }
}

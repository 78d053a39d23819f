// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file of text pairs, each maybe with a score.
 *
 * @param first the first text of every pair
 * @param second the second text of every pair
 * @param scores one a pair, where the file has a third column
 */
record ScoredPairs(List<String> first, List<String> second, Optional<double[]> scores) {

  /** Reads a file of comma separated values; a first record that can only be names is skipped. */
  static ScoredPairs read(Path file) throws IOException {
    List<List<String>> records = TextFile.records(file);
    if (records.isEmpty()) {
      throw new IllegalArgumentException(file + ": is empty");
    }
    int header = isHeader(records.get(0)) ? 1 : 0;
    List<List<String>> rows = records.subList(header, records.size());
    boolean scored = records.get(0).size() > 2;
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).size() < (scored ? 3 : 2)) {
        throw new IllegalArgumentException(
            file
                + " record "
                + (i + header + 1)
                + ": expected two texts"
                + (scored ? " and a score" : "")
                + ", but it has "
                + rows.get(i).size()
                + " fields");
      }
    }
    return new ScoredPairs(
        rows.stream().map(r -> r.get(0)).toList(),
        rows.stream().map(r -> r.get(1)).toList(),
        scored ? Optional.of(scores(file, rows, header)) : Optional.empty());
  }

  private static double[] scores(Path file, List<List<String>> rows, int header) {
    double[] scores = new double[rows.size()];
    for (int i = 0; i < scores.length; i++) {
      try {
        scores[i] = number(rows.get(i).get(2));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            file
                + " record "
                + (i + header + 1)
                + ": the score \""
                + rows.get(i).get(2)
                + "\" is not a number",
            e);
      }
    }
    return scores;
  }

  private static double number(String field) {
    double number = Double.parseDouble(field.strip());
    if (!Double.isFinite(number)) {
      throw new NumberFormatException(field);
    }
    return number;
  }

  /** With a score, a third field that is no number; else two single words that look like names. */
  private static boolean isHeader(List<String> record) {
    if (record.size() > 2) {
      try {
        Double.parseDouble(record.get(2).strip());
        return false;
      } catch (NumberFormatException e) {
        return true;
      }
    }
    return record.stream().allMatch(field -> field.matches("[A-Za-z][A-Za-z0-9_]{0,39}"));
  }
}

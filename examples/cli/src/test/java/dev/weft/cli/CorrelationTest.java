// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CorrelationTest {
  private static final double[] X = {0.1, 0.9, 0.4, 0.4, -0.3, 0.9, 0.7};
  private static final double[] Y = {1.0, 4.5, 3.0, 2.0, 0.0, 5.0, 3.0};

  @Test
  void pearsonIsScipys() {
    assertThat(Correlation.pearson(X, Y)).isCloseTo(0.9628941008378191, within(1e-12));
  }

  @Test
  void spearmanWithTiesIsScipys() {
    assertThat(Correlation.spearman(X, Y)).isCloseTo(0.9633432944855655, within(1e-12));
  }

  @Test
  void spearmanLooksAtRanksOnly() {
    double[] x = {1, 2, 3, 4};
    double[] y = {-10, 0, 1e6, 1e9};
    assertThat(Correlation.spearman(x, y)).isCloseTo(1, within(1e-12));
    assertThat(Correlation.pearson(x, y)).isLessThan(0.9);
    assertThat(Correlation.spearman(x, new double[] {4, 3, 2, 1})).isCloseTo(-1, within(1e-12));
  }

  @Test
  void aSeriesThatNeverChangesGoesWithNothing() {
    double[] flat = {2, 2, 2};
    assertThat(Correlation.pearson(flat, new double[] {1, 2, 3})).isNaN();
    assertThat(Correlation.spearman(new double[] {1, 2, 3}, flat)).isNaN();
  }
}

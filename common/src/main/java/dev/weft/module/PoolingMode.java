// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How Pooling makes one vector of many; the constants stand in the order older files imply. */
public enum PoolingMode {
  /** The first token that counts. */
  CLS("cls", "pooling_mode_cls_token"),
  /** The largest value of each component. */
  MAX("max", "pooling_mode_max_tokens"),
  /** Σ e / n. */
  MEAN("mean", "pooling_mode_mean_tokens"),
  /** Σ e / √n. */
  MEAN_SQRT_LEN_TOKENS("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
  /** Σ t·e / Σ t, where t is the position, from 1. */
  WEIGHTEDMEAN("weightedmean", "pooling_mode_weightedmean_tokens"),
  /** The last token that counts. */
  LASTTOKEN("lasttoken", "pooling_mode_lasttoken");

  private final String configName;
  private final String flag;

  PoolingMode(String configName, String flag) {
    this.configName = configName;
    this.flag = flag;
  }

  /** The name under {@code pooling_mode}, such as {@code mean}. */
  public String configName() {
    return configName;
  }

  /** The boolean key of releases before 5.4, such as {@code pooling_mode_mean_tokens}. */
  String flag() {
    return flag;
  }

  /** Whether it divides a sum by a count. */
  boolean isAverage() {
    return this == MEAN || this == MEAN_SQRT_LEN_TOKENS || this == WEIGHTEDMEAN;
  }

  static Optional<PoolingMode> find(String configName) {
    return Arrays.stream(values()).filter(m -> m.configName.equals(configName)).findFirst();
  }

  static List<String> configNames() {
    return Arrays.stream(values()).map(PoolingMode::configName).toList();
  }
}

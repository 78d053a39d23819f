// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows that a query lets a subtask have under way, which bound its batches, and the time it
 * gives each of them, by Flink's own options.
 */
record QueryRows(ConfigOption<Integer> count, ConfigOption<Duration> timeout) {
  private static final Logger LOG = LoggerFactory.getLogger(QueryRows.class);

  /** Fewer than this and a model on a few cores already waits for rows. */
  private static final int FEW = 64;

  /**
   * Warns if batches will be small. Where more rows wait, each waits longer: so the advice is about
   * both options.
   *
   * @param who asks for vectors, for the log
   * @param rows the query's
   */
  void check(String who, int rows) {
    if (rows < FEW) {
      LOG.warn(
          "{}: a subtask holds {} rows at once, so its batches stay small; SET '{}' = '1024', and"
              + " SET '{}' = '1 d', as rows that wait for a batch must not fail the query",
          who,
          rows,
          count.key(),
          timeout.key());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.apache.flink.util.FlinkRuntimeException;

/** What a failed row says to the job, or beside it. */
final class EmbedFailures {
  private EmbedFailures() {}

  /** Ends the job. The row is not in it: logs are read by others than the data. */
  static FlinkRuntimeException ofRow(Throwable failure) {
    return new FlinkRuntimeException(
        failure instanceof Exception
            ? "a row could not be embedded ("
                + reason(failure)
                + "); BatchOptions.onError lets the job go on without it"
            : "the model broke (" + reason(failure) + ")",
        failure);
  }

  /** Of a query, which has no {@link BatchOptions}. */
  static FlinkRuntimeException ofQuery(Throwable failure) {
    return new FlinkRuntimeException(
        (failure instanceof Exception ? "a row could not be embedded (" : "the model broke (")
            + reason(failure)
            + ")",
        failure);
  }

  /** Of a dead letter. */
  static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}

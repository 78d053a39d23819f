// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

/** Told how long each row took, by several threads at once; must be quick and not throw. */
@FunctionalInterface
public interface BatchObserver {
  /** Looks away. */
  BatchObserver NONE = (waited, ran) -> {};

  /**
   * A row has its vector or its failure.
   *
   * @param waited nanoseconds until its batch was formed
   * @param ran nanoseconds from there on, tokenising and the model
   */
  void row(long waited, long ran);
}

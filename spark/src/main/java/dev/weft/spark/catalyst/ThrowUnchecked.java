// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.catalyst;

/** Throws what Scala throws freely and Java's compiler takes for a checked exception. */
public final class ThrowUnchecked {
  private ThrowUnchecked() {}

  /** Never returns; {@code throw} it, so that the compiler knows. */
  public static RuntimeException of(Throwable failure) {
    throw ThrowUnchecked.<RuntimeException>as(failure);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T as(Throwable failure) throws T {
    throw (T) failure;
  }
}

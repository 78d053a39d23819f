// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.catalyst;

import java.util.List;
import scala.Product;

/**
 * A node of Catalyst as a {@link Product} of its constructor's arguments, which Scala's case
 * classes are by themselves: Catalyst finds expressions, copies and compares nodes by them.
 */
public interface CatalystProduct extends Product {
  /** What the one public constructor takes, in its order. */
  List<Object> constructorArguments();

  @Override
  default int productArity() {
    return constructorArguments().size();
  }

  @Override
  default Object productElement(int index) {
    return constructorArguments().get(index);
  }

  @Override
  default boolean canEqual(Object other) {
    return getClass().isInstance(other);
  }

  /** Whether another node is of the same class and has equal arguments. */
  default boolean isSame(Object other) {
    return canEqual(other)
        && constructorArguments().equals(((CatalystProduct) other).constructorArguments());
  }

  /** A hash of the arguments. */
  default int hash() {
    return constructorArguments().hashCode();
  }
}

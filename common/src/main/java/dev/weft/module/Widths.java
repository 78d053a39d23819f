// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.ModelException;

/** The width a module was made for, against that of the vectors it is given. */
final class Widths {
  private Widths() {}

  /**
   * Lets equal widths pass.
   *
   * @param parameter what the reference calls the width, such as {@code in_features}
   * @throws ModelException naming both, to go behind the module's name
   */
  static void require(String parameter, int expected, int given) {
    if (given != expected) {
      throw new ModelException(
          "takes vectors of "
              + parameter
              + " "
              + expected
              + ", but the modules before it make vectors of "
              + given);
    }
  }
}

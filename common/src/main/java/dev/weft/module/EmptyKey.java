// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import java.util.Optional;

/** {@code allow_empty_key}: what a Router or Asym does with a call that names no key. */
public enum EmptyKey {
  /** Router runs its default route, Asym hands the features on as they are. */
  ALLOW,
  /** The call is refused, unless a Router has a default route. */
  REFUSE;

  static EmptyKey of(Optional<Boolean> allowed) {
    return allowed.orElse(true) ? ALLOW : REFUSE;
  }
}

// SPDX-License-Identifier: Apache-2.0
/** x. */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;

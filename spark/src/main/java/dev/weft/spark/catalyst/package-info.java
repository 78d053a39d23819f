// SPDX-License-Identifier: Apache-2.0
/**
 * What it takes to write Catalyst's nodes in Java: what Scala's case classes have by themselves,
 * and its collections. For Weft's own nodes; knows of none of them.
 */
@NullMarked
package dev.weft.spark.catalyst;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

/** What runs the model: this process directly, or a Spark inside it. */
enum Where {
  LOCAL,
  SPARK
}

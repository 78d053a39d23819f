// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

/**
 * How a stage is made from its directory. Weft's own are in a fixed table; others are found by
 * {@link java.util.ServiceLoader}, under {@code META-INF/services/dev.weft.pipeline.ModuleType}.
 */
public interface ModuleType {
  /** The class name that ends the {@code type} in {@code modules.json}. */
  String name();

  /** Reads configuration and weights; everything wrong with them is said here, not later. */
  Stage load(ModuleDir dir);
}

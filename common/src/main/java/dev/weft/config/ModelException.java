// SPDX-License-Identifier: Apache-2.0
package dev.weft.config;

/**
 * A model directory that cannot be used as it is: a missing or broken file, a key of the wrong
 * type, a tensor of the wrong shape, modules that do not fit together. The message names the file,
 * the key or tensor, and what to do; it is meant for the person who chose the model.
 */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A problem that Weft found itself. */
  public ModelException(String message) {
    super(message);
  }

  /** A problem that the layer below reported. */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}

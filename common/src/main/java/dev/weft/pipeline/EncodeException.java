// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

/**
 * Encoding failed although model and input are well formed: the engine gave up, memory ran out, a
 * thread was interrupted. The message says which module was running; the cause is the layer below.
 */
public final class EncodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EncodeException(String message) {
    super(message);
  }

  public EncodeException(String message, Throwable cause) {
    super(message, cause);
  }
}

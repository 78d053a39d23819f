// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * The scripted functions of one encoder, closed together. Filled while the encoder is loaded, by
 * one thread; not changed afterwards.
 */
final class Scripts implements AutoCloseable {
  private final Device device;
  private final List<ScriptFunction> functions = new ArrayList<>();

  Scripts(Device device) {
    this.device = device;
  }

  /**
   * Compiles a function that lives as long as this.
   *
   * @see ScriptFunction#compile
   */
  ScriptFunction compile(String parameters, String body) {
    ScriptFunction function = ScriptFunction.compile(parameters, body, device);
    functions.add(function);
    return function;
  }

  @Override
  public void close() {
    functions.forEach(ScriptFunction::close);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.List;

/**
 * A Hugging Face {@code config.json}, read with the defaults of its architecture; what Weft does
 * not run as it is written there is refused.
 *
 * @param json the file
 */
record Config(Json json) {

  /** A whole number above zero. */
  int positive(int otherwise, String... keys) {
    int value = json.findInteger(keys).orElse(otherwise);
    check(value > 0, "\"" + keys[0] + "\" must be positive, but is " + value);
    return value;
  }

  /** A number above zero, such as the ε of a norm. */
  float number(double otherwise, String... keys) {
    double value = json.findNumber(keys).orElse(otherwise);
    check(value > 0, "\"" + keys[0] + "\" must be positive, but is " + value);
    return (float) value;
  }

  boolean flag(boolean otherwise, String key) {
    return json.findBool(key).orElse(otherwise);
  }

  HiddenAct activation(String otherwise, String... keys) {
    return HiddenAct.of(json.file(), keys[0], json.findString(keys).orElse(otherwise));
  }

  /** Refuses any other value of a string, whose absence means the first that is supported. */
  void only(String key, String... supported) {
    String value = json.findString(key).orElse(supported[0]);
    if (!List.of(supported).contains(value)) {
      throw unsupported(key, value, String.join(", ", supported));
    }
  }

  /** Refuses any other value of a switch; its absence is fine. */
  void only(String key, boolean supported) {
    boolean value = json.findBool(key).orElse(supported);
    if (value != supported) {
      throw unsupported(key, String.valueOf(value), String.valueOf(supported));
    }
  }

  void check(boolean holds, String complaint) {
    if (!holds) {
      throw wrong(complaint);
    }
  }

  ModelException wrong(String complaint) {
    return new ModelException(json.file() + ": " + complaint);
  }

  ModelException unsupported(String key, String value, String supported) {
    return wrong(
        key
            + " \""
            + value
            + "\" is not supported; supported: "
            + supported
            + ". Choose a model without it");
  }
}

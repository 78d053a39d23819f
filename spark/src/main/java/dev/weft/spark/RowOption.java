// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.EncodeOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Literal;

/** An option of {@code embed} whose value may be a column; NULL is as if it were not given. */
enum RowOption {
  TASK("task", 1),
  PROMPT_NAME("promptName", 2);

  private final String key;
  private final int input;

  RowOption(String key, int input) {
    this.key = key;
    this.input = input;
  }

  static Optional<RowOption> find(String key) {
    return Arrays.stream(values()).filter(option -> option.key.equals(key)).findFirst();
  }

  EncodeOptions with(EncodeOptions options, String value) {
    return switch (this) {
      case TASK -> options.withTask(value);
      case PROMPT_NAME -> options.withPromptName(value);
    };
  }

  /** Whether it is a column of a call with these inputs; NULL stands for one that is not. */
  boolean isAmong(List<?> inputs) {
    return inputs.size() > input
        && !(inputs.get(input) instanceof Literal literal && literal.value() == null);
  }

  /** Its column, for {@code EXPLAIN}; empty where it is none. */
  String describe(List<?> inputs) {
    return isAmong(inputs) ? ", " + key + " " + inputs.get(input) : "";
  }

  /** Where its column stands among the inputs of a call that has columns; the text is the first. */
  int input() {
    return input;
  }
}

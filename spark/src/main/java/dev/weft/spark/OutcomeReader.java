// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.TextFailure;
import dev.weft.arrow.ArrowWindow;
import dev.weft.serve.OnError;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/**
 * What Spark sees of one text: its vector, or a struct of vector and error, in memory that is used
 * again for the next text. Mutable, for one thread.
 */
final class OutcomeReader {
  private final OnError policy;
  private final VectorReader vector;
  private final GenericInternalRow outcome = new GenericInternalRow(2);

  OutcomeReader(int dimension, OnError policy) {
    this.policy = policy;
    this.vector = new VectorReader(dimension);
  }

  /** The outcome of a text; NULL for a NULL text, and where errors are to be NULL. */
  @Nullable Object read(ArrowWindow window, int text) {
    if (window.isNull(text)) {
      return null;
    }
    Optional<TextFailure> failure = window.failure(text);
    if (policy != OnError.STRUCT) {
      return failure.isPresent() ? null : vector.read(window.address(text));
    }
    if (failure.isPresent()) {
      outcome.setNullAt(0);
      outcome.update(1, UTF8String.fromString(failure.get().reason()));
    } else {
      outcome.update(0, vector.read(window.address(text)));
      outcome.update(1, window.notice(text).map(UTF8String::fromString).orElse(null));
    }
    return outcome;
  }
}

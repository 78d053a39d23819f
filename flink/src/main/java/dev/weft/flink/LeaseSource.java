// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.BatchLease;
import dev.weft.serve.BatchObserver;
import dev.weft.serve.BatchTerms;
import dev.weft.serve.Batchers;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.io.Serializable;

/** Where tasks get their batcher from; travels with the plan, so that tests can name another. */
@FunctionalInterface
interface LeaseSource extends Serializable {
  /** The batchers of the TaskManager's process. */
  LeaseSource SHARED =
      (spec, place, terms, observer) -> Batchers.shared().acquire(spec, place, terms, observer);

  BatchLease acquire(EmbedderSpec spec, Place place, BatchTerms terms, BatchObserver observer);
}

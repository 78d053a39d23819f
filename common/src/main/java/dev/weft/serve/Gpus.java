// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.Embedder;
import java.util.Optional;

/** The GPUs this process sees. */
interface Gpus {
  /** As many as the engine counts, from zero. */
  int count();

  /** {@code CUDA_VISIBLE_DEVICES}, which chooses and renumbers them. */
  Optional<String> visible();

  /** Those of the engine. */
  Gpus OF_ENGINE =
      new Gpus() {
        @Override
        public int count() {
          return Embedder.gpus();
        }

        @Override
        public Optional<String> visible() {
          return Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES"))
              .filter(list -> !list.isBlank());
        }
      };
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;

class TorchContractTest extends EncoderContract {
  @Override
  Encoder load(ExportedModel model, NDManager device) {
    return model.torch(device);
  }

  @Override
  void refuses(Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(EngineException.class);
  }

  /** Its weights are the model's, which is what makes them unusable. */
  @Override
  void closed(Runnable call) {}

  /** Torch keeps what is the same for all layers until the batch is closed. */
  @Override
  void aBatchHoldsItsIdsAndTheResultOnly() {}
}

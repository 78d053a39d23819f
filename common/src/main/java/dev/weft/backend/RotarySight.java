// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDManager;
import dev.weft.text.AttentionMask;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Layers of two kinds, each kind with its reach and its rotary angles; both are made once a batch
 * for all layers of the kind, if there are any.
 */
record RotarySight(List<LayerKind> layers, Reach full, Reach sliding)
    implements LayeredEncoder.Sight {

  /** What a kind of layer sees, and how it tells positions apart. */
  record Reach(Visibility visibility, Rotary rotary) {

    Relations relations(AttentionMask mask, NDManager batch) {
      return visibility.relations(mask, batch).with(rotary.rotation(mask.width(), batch));
    }
  }

  @Override
  public IntFunction<Relations> of(AttentionMask mask, NDManager batch) {
    if (!layers.contains(LayerKind.SLIDING)) {
      Relations everywhere = full.relations(mask, batch);
      return layer -> everywhere;
    }
    if (!layers.contains(LayerKind.FULL)) {
      Relations nearby = sliding.relations(mask, batch);
      return layer -> nearby;
    }
    Relations everywhere = full.relations(mask, batch);
    Relations nearby = sliding.relations(mask, batch);
    return layer -> layers.get(layer) == LayerKind.FULL ? everywhere : nearby;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.text.AttentionMask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * What all architectures have in common: embeddings, a stack of layers, perhaps a norm after the
 * last one. Intermediates are closed as soon as they are used: the allocator hands the same memory,
 * still in cache, to the next operation.
 *
 * @param outline what the encoder says about itself
 * @param embeddings from ids to what the first layer reads
 * @param sight what the tokens of a batch see of each other, by layer
 * @param layers the stack, first to last; a layer may stand in it more than once
 * @param last the norm after the last layer
 * @param scripts closed with the encoder
 */
record LayeredEncoder(
    Outline outline,
    Embeddings embeddings,
    Sight sight,
    List<Layer> layers,
    Optional<Norm> last,
    Scripts scripts)
    implements Encoder {

  /**
   * What an encoder says about itself.
   *
   * @see Encoder
   */
  record Outline(String modelType, int hiddenSize, int maxPositions, int positionLimit) {

    /** With learned positions. */
    static Outline of(Config config, int hidden, Positions positions) {
      return new Outline(type(config), hidden, positions.size(), positions.size());
    }

    /** With rotary positions. */
    static Outline rotary(Config config, int hidden, int otherwise) {
      int made = config.positive(otherwise, "max_position_embeddings", "n_positions");
      return new Outline(type(config), hidden, made, Integer.MAX_VALUE);
    }

    /** With relative positions and no word on lengths. */
    static Outline unlimited(Config config, int hidden) {
      return new Outline(type(config), hidden, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    private static String type(Config config) {
      return config.json().string("model_type");
    }
  }

  /** From ids (B, T) to the input of the first layer, (B, T, H). */
  interface Embeddings {
    NDArray apply(NDArray inputIds, AttentionMask mask);
  }

  /** Made once a batch, asked once a layer. */
  interface Sight {
    IntFunction<Relations> of(AttentionMask mask, NDManager batch);

    /** The same for all layers. */
    static Sight same(BiFunction<AttentionMask, NDManager, Relations> relations) {
      return (mask, batch) -> {
        Relations all = relations.apply(mask, batch);
        return layer -> all;
      };
    }
  }

  /** One layer; leaves {@code x} (B, T, H) open and unchanged. */
  interface Layer {
    NDArray forward(NDArray x, Relations relations);

    /** The sum of what a part of the layer made, which is closed, and what it was made of. */
    static NDArray sum(NDArray made, NDArray of) {
      // A new array, as the engine refuses to change results of scripted functions in place.
      try (made) {
        return made.add(of);
      }
    }
  }

  @Override
  public String modelType() {
    return outline.modelType();
  }

  @Override
  public int hiddenSize() {
    return outline.hiddenSize();
  }

  @Override
  public int maxPositions() {
    return outline.maxPositions();
  }

  @Override
  public int positionLimit() {
    return outline.positionLimit();
  }

  @Override
  public List<NDArray> forward(NDArray inputIds, AttentionMask mask, HiddenLayers wanted) {
    IntFunction<Relations> relations = sight.of(mask, inputIds.getManager());
    List<NDArray> states = new ArrayList<>();
    NDArray x = embeddings.apply(inputIds, mask);
    for (int i = 0; i < layers.size(); i++) {
      NDArray next = layers.get(i).forward(x, relations.apply(i));
      if (wanted == HiddenLayers.ALL) {
        states.add(x);
      } else {
        x.close();
      }
      x = next;
    }
    states.add(finish(x));
    return List.copyOf(states);
  }

  private NDArray finish(NDArray x) {
    if (last.isEmpty()) {
      return x;
    }
    try (x) {
      return last.get().apply(x);
    }
  }

  @Override
  public void close() {
    scripts.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDArray;
import dev.weft.text.AttentionMask;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What flows from module to module: a small immutable map with typed keys; {@link #with} returns a
 * new one. Tensors in it belong to the batch's manager and are closed with it. B is the number of
 * texts of the batch, T the padded number of tokens.
 */
public final class Features {
  /** Token ids, (B, T) int64; flat where there are {@link #OFFSETS}. */
  public static final Key<NDArray> INPUT_IDS = Key.tensor("input_ids");

  /** Where each text begins among flat token ids, (B). */
  public static final Key<NDArray> OFFSETS = Key.tensor("offsets");

  /** One vector a token, (B, T, H) float32. */
  public static final Key<NDArray> TOKEN_EMBEDDINGS = Key.tensor("token_embeddings");

  /** One vector a text, (B, D) float32. */
  public static final Key<NDArray> SENTENCE_EMBEDDING = Key.tensor("sentence_embedding");

  /** The hidden states of every layer, the embedding output first, each (B, T, H). */
  public static final Key<HiddenStates> ALL_LAYER_EMBEDDINGS =
      new Key<>("all_layer_embeddings", HiddenStates.class);

  /** Sum of the weights of each text's words, (B) float32; the divisor of the mean. */
  public static final Key<NDArray> TOKEN_WEIGHTS_SUM = Key.tensor("token_weights_sum");

  /** Which of the B · T positions are tokens, kept on the Java side. */
  public static final Key<AttentionMask> ATTENTION_MASK =
      new Key<>("attention_mask", AttentionMask.class);

  /** Leading tokens of each row that belong to the prompt; zero or absent without one. */
  public static final Key<Integer> PROMPT_LENGTH = new Key<>("prompt_length", Integer.class);

  private static final Features EMPTY = new Features(Map.of());

  private final Map<Key<?>, Object> values;

  private Features(Map<Key<?>, Object> values) {
    this.values = values;
  }

  /** No features. */
  public static Features empty() {
    return EMPTY;
  }

  /** These features and one more; a value already under the key is replaced. */
  public <T> Features with(Key<T> key, T value) {
    Map<Key<?>, Object> copy = new LinkedHashMap<>(values);
    copy.put(key, value);
    return new Features(copy);
  }

  /** The value under a key that may be absent. */
  public <T> Optional<T> find(Key<T> key) {
    return Optional.ofNullable(values.get(key)).map(key.type()::cast);
  }

  /**
   * The value under a key.
   *
   * @throws EncodeException naming what is present, if this is not
   */
  public <T> T get(Key<T> key) {
    return find(key)
        .orElseThrow(
            () ->
                new EncodeException("needs " + key + ", but the features hold " + values.keySet()));
  }
}

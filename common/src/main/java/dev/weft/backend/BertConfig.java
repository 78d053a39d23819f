// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Json;
import dev.weft.config.ModelException;

/**
 * The part of a BERT {@code config.json} that inference reads, with Hugging Face's defaults.
 *
 * @param hiddenSize width H of the hidden states
 * @param heads attention heads; divides H
 * @param layers number of layers
 * @param intermediateSize width of the feed-forward layer
 * @param vocabSize rows of the word table
 * @param maxPositions rows of the position table
 * @param typeVocabSize rows of the token-type table
 * @param layerNormEps ε of every LayerNorm
 * @param activation between the two feed-forward products
 */
record BertConfig(
    int hiddenSize,
    int heads,
    int layers,
    int intermediateSize,
    int vocabSize,
    int maxPositions,
    int typeVocabSize,
    float layerNormEps,
    HiddenAct activation) {

  static BertConfig parse(Json json) {
    int hidden = positive(json, "hidden_size", 768);
    int heads = positive(json, "num_attention_heads", 12);
    if (hidden % heads != 0) {
      throw new ModelException(
          json.file()
              + ": hidden_size "
              + hidden
              + " is not a multiple of num_attention_heads "
              + heads);
    }
    String positions = json.findString("position_embedding_type").orElse("absolute");
    if (!positions.equals("absolute")) {
      throw new ModelException(
          json.file()
              + ": position_embedding_type \""
              + positions
              + "\" is not supported; known: absolute");
    }
    return new BertConfig(
        hidden,
        heads,
        positive(json, "num_hidden_layers", 12),
        positive(json, "intermediate_size", 3072),
        positive(json, "vocab_size", 30522),
        positive(json, "max_position_embeddings", 512),
        positive(json, "type_vocab_size", 2),
        json.findNumber("layer_norm_eps").orElse(1e-12).floatValue(),
        HiddenAct.parse(json));
  }

  int headSize() {
    return hiddenSize / heads;
  }

  private static int positive(Json json, String key, int otherwise) {
    int value = json.findInteger(key).orElse(otherwise);
    if (value < 1) {
      throw new ModelException(json.file() + ": \"" + key + "\" must be positive, but is " + value);
    }
    return value;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.weft.TestEngine;
import dev.weft.config.Dtype;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What encoders say about lengths, and what they refuse to run. */
class EncodersTest {
  private static final int NONE = Integer.MAX_VALUE;

  @ParameterizedTest
  @CsvSource({
    "bert-relu-types, 18, 18",
    "roberta-padding-5, 16, 16",
    "xlm-roberta, 16, 16",
    "mpnet, 16, 16",
    "electra-narrow, 18, 18",
    "distilbert, 16, 16",
    "albert-inner, 18, 18",
    "t5-relu, " + NONE + ", " + NONE,
    "modernbert-window, 64, " + NONE,
    "qwen3-grouped, 64, " + NONE,
    "gemma3-causal, 64, " + NONE,
    "nomic_bert, 18, " + NONE,
    "gte, 18, " + NONE,
    "deberta-v3, 9, " + NONE,
    "deberta-v2-c2p, 18, 18",
  })
  void positionsAreThoseTokensCanUse(String model, int max, int limit) {
    try (NDManager device = TestEngine.cpu();
        Encoder encoder = GoldenModel.read("backend/" + model).load(device)) {
      assertThat(encoder.maxPositions()).isEqualTo(max);
      assertThat(encoder.positionLimit()).isEqualTo(limit);
    }
  }

  @Test
  void anUnknownTypeListsTheKnownOnesAndNamesTheOtherWay() {
    Json config = Json.parse("m/config.json", "{\"model_type\": \"whisk\"}");
    try (NDManager device = TestEngine.cpu()) {
      GoldenModel any = GoldenModel.read("backend/mpnet");
      assertThatExceptionOfType(ModelException.class)
          .isThrownBy(() -> Encoders.load(config, any.weights(device), Dtype.FLOAT32))
          .withMessage(
              "m/config.json: model_type \"whisk\" is not known; known: [albert, bert, camembert,"
                  + " deberta-v2, distilbert, electra, gemma3_text, gte, llama, mistral,"
                  + " modernbert, mpnet, mt5, new, nomic_bert, qwen2, qwen3, roberta, t5,"
                  + " xlm-roberta]. Choose a model of one of these types, or run an exported one"
                  + " with backend=onnx");
    }
  }

  @Test
  void aKnownTypeNeedsNoCodeOfTheModel() {
    GoldenModel golden = GoldenModel.read("backend/mpnet");
    JsonObject config = golden.config().deepCopy();
    config.add("auto_map", JsonParser.parseString("{\"AutoModel\": \"evil.Model\"}"));
    try (NDManager device = TestEngine.cpu();
        Encoder plain = golden.load(device);
        Encoder mapped =
            Encoders.load(
                Json.parse("m/config.json", config.toString()),
                golden.weights(device),
                Dtype.FLOAT32)) {
      assertThat(mapped.maxPositions()).isEqualTo(plain.maxPositions());
    }
  }

  @Test
  void codeThatAModelBringsIsNeverRun() {
    String text = "{\"model_type\": \"whisk\", \"auto_map\": {\"AutoModel\": \"whisk.Whisk\"}}";
    Json config = Json.parse("m/config.json", text);
    try (NDManager device = TestEngine.cpu()) {
      GoldenModel any = GoldenModel.read("backend/mpnet");
      assertThatExceptionOfType(ModelException.class)
          .isThrownBy(() -> Encoders.load(config, any.weights(device), Dtype.FLOAT32))
          .withMessageContaining(
              "xlm-roberta]; the model brings code of its own (auto_map), which is never run."
                  + " Choose a model of one of these types");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bert-one-head | position_embedding_type | 'relative_key'"
            + " | position_embedding_type \"relative_key\" is not supported; supported: absolute.",
        "bert-one-head | is_decoder | true"
            + " | is_decoder \"true\" is not supported; supported: false.",
        "bert-one-head | hidden_act | 'mish' | hidden_act \"mish\" is not known; known: [gelu, ",
        "bert-one-head | hidden_size | 0 | \"hidden_size\" must be positive, but is 0",
        "bert-one-head | layer_norm_eps | 0 | \"layer_norm_eps\" must be positive, but is 0.0",
        "bert-one-head | num_attention_heads | 5"
            + " | hidden_size 24 is not a multiple of num_attention_heads 5",
        "electra-narrow | position_embedding_type | 'rotary'"
            + " | position_embedding_type \"rotary\" is not supported; supported: absolute.",
        "roberta-padding-5 | pad_token_id | -1 | pad_token_id must not be negative, but is -1",
        "roberta-padding-5 | pad_token_id | 21 | max_position_embeddings must be more than padding",
        "distilbert | activation | 'mish' | activation \"mish\" is not known; known: [gelu, ",
        "distilbert | n_heads | 5 | dim 24 is not a multiple of n_heads 5",
        "mpnet | relative_attention_num_buckets | 64"
            + " | relative_attention_num_buckets \"64\" is not supported; supported: 32.",
        "albert-two-groups | num_hidden_groups | 6"
            + " | num_hidden_groups 6 is more than num_hidden_layers 5",
        "t5-relu | feed_forward_proj | 'gated-mish'"
            + " | feed_forward_proj \"mish\" is not known; known: [gelu, ",
        "t5-relu | relative_attention_max_distance | 8"
            + " | relative_attention_num_buckets 32 must be a multiple of 4, and",
        "modernbert-window | layer_types | ['full_attention']"
            + " | layer_types names 1 layers, num_hidden_layers is 4",
        "modernbert-window | layer_types | ['a','b','c','d']"
            + " | layer_types \"a\" is not supported; supported: full_attention,"
            + " sliding_attention.",
        "modernbert-window | rope_parameters | {'full_attention': {'rope_type': 'yarn'}}"
            + " | rope_type \"yarn\" is not supported; supported: default, linear, llama3.",
        "modernbert-window | rope_scaling | {'type': 'linear', 'factor': 2}"
            + " | rope_scaling is not supported",
        "modernbert-window | local_attention | -1 | \"local_attention\" must be positive,",
        "qwen3-grouped | num_key_value_heads | 4"
            + " | num_key_value_heads 4 does not divide num_attention_heads 6",
        "qwen3-grouped | head_dim | 5 | rotary positions need an even head size, but it is 5",
        "qwen3-grouped | partial_rotary_factor | 0.5"
            + " | partial_rotary_factor 0.5 is not supported; supported: 1.0",
        "qwen3-grouped | rope_scaling | {'type': 'dynamic', 'factor': 2}"
            + " | rope_type \"dynamic\" is not supported; supported: default, linear, llama3.",
        "llama-biases | rope_scaling | {'type': 'ntk', 'factor': 2}"
            + " | rope_type \"ntk\" is not supported; supported: default, linear, llama3.",
        "llama-biases | rope_scaling | {'type': 'linear'} | rope scaling needs the key \"factor\"",
        "gemma3-causal | attn_logit_softcapping | 50.0 | attn_logit_softcapping is not supported;",
        "nomic_bert | activation_function | 'geglu'"
            + " | activation_function \"geglu\" is not supported; supported: swiglu.",
        "nomic_bert | rotary_scaling_factor | 2"
            + " | rotary_scaling_factor is not supported; supported: null.",
        "gte | logn_attention_scale | true"
            + " | logn_attention_scale \"true\" is not supported; supported: false.",
        "deberta-v3 | pos_att_type | 'p2p' | pos_att_type \"p2p\" is not supported; supported: c2p,",
        "deberta-v3 | attention_head_size | 4 | attention_head_size 4 is not supported;",
        "deberta-v2-convolution | conv_kernel_size | 4 | conv_kernel_size 4 is not supported;",
      })
  void whatIsNotRunIsRefusedByName(String model, String key, String value, String message) {
    GoldenModel golden = GoldenModel.read("backend/" + model);
    JsonObject config = golden.config().deepCopy();
    config.add(key, JsonParser.parseString(value.replace('\'', '"')));
    try (NDManager device = TestEngine.cpu()) {
      assertThatExceptionOfType(ModelException.class)
          .isThrownBy(
              () ->
                  Encoders.load(
                      Json.parse("m/config.json", config.toString()),
                      golden.weights(device),
                      Dtype.FLOAT32))
          .withMessageStartingWith("m/config.json: " + message);
    }
  }
}

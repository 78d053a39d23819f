// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.Json;
import dev.weft.config.ModelException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransformerSettingsTest {
  private static final String FILE = "x/sentence_bert_config.json";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"processing_kwargs\": {\"text\": {\"max_length\": 6}}} | processing_kwargs.text is not"
            + " supported; remove it, or give max_seq_length for all texts",
        "{\"processing_kwargs\": {\"common\": {\"padding\": \"max_length\"}}} |"
            + " processing_kwargs.common is not supported; remove it, or give max_seq_length for"
            + " all texts",
        "{\"query_length\": 32} | query_length is not supported; remove it, or give"
            + " max_seq_length for all texts",
        "{\"document_length\": 9} | document_length is not supported; remove it, or give"
            + " max_seq_length for all texts",
        "{\"query_expansion\": {\"strategy\": \"fixed\"}} | query_expansion is not supported; remove"
            + " it, or give max_seq_length for all texts",
        "{\"transformer_task\": \"fill-mask\"} | transformer_task \"fill-mask\" is not supported;"
            + " supported: feature-extraction",
        "{\"module_output_name\": \"sentence_embedding\"} | module_output_name"
            + " \"sentence_embedding\" is not supported; supported: token_embeddings",
        "{\"modality_config\": {\"text\": {\"method_output_name\": \"pooler_output\"}}} |"
            + " method_output_name \"pooler_output\" is not supported; supported:"
            + " last_hidden_state",
        "{\"modality_config\": {\"message\": {\"method\": \"forward\"}}} | modality_config.message is not"
            + " supported, by which every text goes through the tokenizer's chat template; remove"
            + " it to embed the texts themselves",
      })
  void whatAsksForOtherNumbersIsRefused(String json, String message) {
    assertThatThrownBy(() -> TransformerSettings.checked(Json.parse(FILE, json)))
        .isInstanceOf(ModelException.class)
        .hasMessage(FILE + ": " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"max_seq_length\": 128, \"do_lower_case\": false}",
        "{\"query_length\": null, \"processing_kwargs\": {\"text\": {}}}",
        "{\"processing_kwargs\": {\"chat_template\": {\"add_generation_prompt\": true}}}",
        """
        {"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
         "modality_config": {
           "text": {"method": "forward", "method_output_name": "last_hidden_state"}}}
        """
      })
  void whatAsksForTheLastHiddenStateIsRead(String json) {
    Json settings = Json.parse(FILE, json);

    assertThat(TransformerSettings.checked(settings)).isSameAs(settings);
  }
}

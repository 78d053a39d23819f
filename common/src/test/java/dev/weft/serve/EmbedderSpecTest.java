// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EmbedderOptions;
import dev.weft.EncodeOptions;
import dev.weft.config.Dtype;
import dev.weft.pipeline.Backend;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmbedderSpecTest {
  private static final Map<String, String> ALL =
      Map.ofEntries(
          Map.entry("device", "cpu"),
          Map.entry("workers", "3"),
          Map.entry("batchTokens", "256"),
          Map.entry("backend", "onnx"),
          Map.entry("fileName", "model_O3.onnx"),
          Map.entry("subfolder", "exports"),
          Map.entry("provider", "CPUExecutionProvider"),
          Map.entry("prompt", "q: "),
          Map.entry("promptName", "query"),
          Map.entry("task", "search"),
          Map.entry("truncateDim", "12"),
          Map.entry("normalize", "true"));

  @Test
  void everyOptionReachesItsPlace() {
    EmbedderSpec spec = EmbedderSpec.of("org/model", ALL);

    assertThat(spec.model()).isEqualTo("org/model");
    assertThat(spec.embedderOptions())
        .isEqualTo(
            new EmbedderOptions(
                "cpu",
                3,
                256,
                new Backend(
                    Backend.Kind.ONNX,
                    Optional.of("model_O3.onnx"),
                    Optional.of("exports"),
                    Optional.of("CPUExecutionProvider"),
                    Optional.empty(),
                    Dtype.FLOAT32)));
    assertThat(spec.encodeOptions())
        .isEqualTo(
            EncodeOptions.DEFAULT
                .withPrompt("q: ")
                .withPromptName("query")
                .withTask("search")
                .withTruncateDim(12)
                .normalized());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", normalize=false"})
  void withoutOptionsTheDefaultsHold(String shown) {
    EmbedderSpec spec =
        EmbedderSpec.of("m", shown.isEmpty() ? Map.of() : Map.of("normalize", "false"));

    assertThat(spec).hasToString("model=m, device=auto, workers=auto, batchTokens=auto" + shown);
    assertThat(spec.embedderOptions()).isEqualTo(EmbedderOptions.DEFAULT);
    assertThat(spec.encodeOptions()).isEqualTo(EncodeOptions.DEFAULT);
  }

  @Test
  void whatBecomesOfTextsWithoutAVectorIsTheHostsToDo() {
    assertThat(EmbedderSpec.of("m", Map.of()).onError()).isEqualTo(OnError.FAIL);
    for (OnError policy : OnError.values()) {
      String name = policy.name().toLowerCase(Locale.ROOT);
      EmbedderSpec spec = EmbedderSpec.of("m", Map.of("onError", name, "longTexts", "fail"));
      assertThat(spec.onError()).isEqualTo(policy);
      assertThat(spec.encodeOptions()).isEqualTo(EncodeOptions.DEFAULT.withLongTexts("fail"));
      assertThat(spec.embedderOptions()).isEqualTo(EmbedderOptions.DEFAULT);
    }
  }

  @Test
  void aReportNeedsAPlace() {
    EmbedderSpec spec = EmbedderSpec.of("m", Map.of("onError", "struct", "longTexts", "report"));
    assertThat(spec.encodeOptions()).isEqualTo(EncodeOptions.DEFAULT.withLongTexts("report"));
    for (String policy : new String[] {"fail", "null"}) {
      assertThatThrownBy(() -> spec.withOptions(Map.of("onError", policy)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "option \"longTexts\" can only be \"report\" where onError is \"struct\", which has a"
                  + " place for the report; it is \""
                  + policy
                  + "\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trust_remote_code", "trustRemoteCode"})
  void codeOfAModelIsRefused(String name) {
    assertThatThrownBy(() -> EmbedderSpec.of("m", Map.of(name, "true")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "option \""
                + name
                + "\" is refused: code of a model is never run; leave it out, a model of a known"
                + " model_type needs none");
  }

  @Test
  void anUnknownOptionListsTheKnownOnes() {
    assertThatThrownBy(() -> EmbedderSpec.of("m", Map.of("batchsize", "3")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "option \"batchsize\" is not known; known: [backend, batchTokens, device, dtype, fileName,"
                + " library, longTexts, normalize, onError, prompt, promptName, provider, subfolder,"
                + " task, truncateDim, workers]");
  }

  @ParameterizedTest
  @CsvSource({
    "workers, -1",
    "workers, three",
    "workers, ''",
    "workers, 3000000000",
    "batchTokens, 1.5",
    "batchTokens, 4294967296",
    "truncateDim, 0",
    "truncateDim, -2",
    "truncateDim, 3000000000",
    "normalize, yes",
    "normalize, TRUE",
    "longTexts, Cut",
    "onError, ignore",
  })
  void aValueThatCannotBeReadIsNamed(String option, String value) {
    assertThatThrownBy(() -> EmbedderSpec.of("m", Map.of(option, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("option \"" + option + "\" cannot be \"" + value + "\" (");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  "})
  void aModelIsNeeded(String model) {
    assertThatThrownBy(() -> EmbedderSpec.of(model, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the model must be a directory or a hub id, but is blank");
  }

  @Test
  void anUnknownBackendListsTheKnownOnes() {
    assertThatThrownBy(() -> EmbedderSpec.of("m", Map.of("backend", "tensorflow")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "option \"backend\" cannot be \"tensorflow\" (backend \"tensorflow\" is not known;"
                + " known: torch, onnx, openvino)");
  }

  @Test
  void anOptionOfAnotherBackendIsRefused() {
    assertThatThrownBy(() -> EmbedderSpec.of("m", Map.of("provider", "CPUExecutionProvider")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("provider \"CPUExecutionProvider\" is for backend onnx, not torch");
  }

  @Test
  void arrivesOnAWorkerAsItWasSent() throws Exception {
    EmbedderSpec sent = EmbedderSpec.of("org/model", ALL);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sent);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      EmbedderSpec received = (EmbedderSpec) in.readObject();

      assertThat(received).isNotSameAs(sent).isEqualTo(sent).hasSameHashCodeAs(sent);
      assertThat(received.encodeOptions()).isEqualTo(sent.encodeOptions());
      assertThat(received.embedderOptions()).isEqualTo(sent.embedderOptions());
      assertThat(received).hasToString(sent.toString());
    }
  }

  @Test
  void specsAreEqualByModelAndOptions() {
    assertThat(EmbedderSpec.of("m", Map.of("workers", "1")))
        .isEqualTo(EmbedderSpec.of("m", Map.of("workers", "1")))
        .isNotEqualTo(EmbedderSpec.of("n", Map.of("workers", "1")))
        .isNotEqualTo(EmbedderSpec.of("m", Map.of("workers", "2")));
  }

  @Test
  void laterChangesOfTheMapDoNotReachIt() {
    Map<String, String> options = new HashMap<>(Map.of("workers", "1"));
    EmbedderSpec spec = EmbedderSpec.of("m", options);

    options.put("workers", "2");

    assertThat(spec.embedderOptions().workers()).isEqualTo(1);
  }
}

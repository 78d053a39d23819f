// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import dev.weft.config.Dtype;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.Weights;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The architectures Weft can run, by the {@code model_type} of a Hugging Face configuration. */
public final class Encoders {
  private static final Map<String, Architecture> KNOWN = new TreeMap<>();

  static {
    KNOWN.put("albert", AlbertEncoder::load);
    KNOWN.put("bert", bert(BertEncoder.Family.BERT));
    KNOWN.put("camembert", bert(BertEncoder.Family.ROBERTA));
    KNOWN.put("distilbert", DistilBertEncoder::load);
    KNOWN.put("deberta-v2", DebertaEncoder::load);
    KNOWN.put("electra", bert(BertEncoder.Family.ELECTRA));
    KNOWN.put("gemma3_text", Gemma3Encoder::load);
    KNOWN.put("gte", rotaryBert(RotaryBertEncoder.Family.GTE));
    KNOWN.put("llama", decoder(DecoderEncoder.Family.LLAMA));
    KNOWN.put("mistral", decoder(DecoderEncoder.Family.MISTRAL));
    KNOWN.put("modernbert", ModernBertEncoder::load);
    KNOWN.put("mpnet", MpnetEncoder::load);
    KNOWN.put("mt5", T5Encoder::load);
    KNOWN.put("new", rotaryBert(RotaryBertEncoder.Family.NEW));
    KNOWN.put("nomic_bert", rotaryBert(RotaryBertEncoder.Family.NOMIC));
    KNOWN.put("qwen2", decoder(DecoderEncoder.Family.QWEN2));
    KNOWN.put("qwen3", decoder(DecoderEncoder.Family.QWEN3));
    KNOWN.put("roberta", bert(BertEncoder.Family.ROBERTA));
    KNOWN.put("t5", T5Encoder::load);
    KNOWN.put("xlm-roberta", bert(BertEncoder.Family.ROBERTA));
  }

  private Encoders() {}

  /** Reads one architecture; the scripts it compiles are closed by the caller if it fails. */
  private interface Architecture {
    Encoder load(Config config, Weights weights, Scripts scripts);
  }

  private static Architecture bert(BertEncoder.Family family) {
    return (config, weights, scripts) -> BertEncoder.load(family, config, weights, scripts);
  }

  private static Architecture rotaryBert(RotaryBertEncoder.Family family) {
    return (config, weights, scripts) -> RotaryBertEncoder.load(family, config, weights, scripts);
  }

  private static Architecture decoder(DecoderEncoder.Family family) {
    return (config, weights, scripts) -> DecoderEncoder.load(family, config, weights, scripts);
  }

  /** The known values of {@code model_type}, in the order of the alphabet. */
  public static Set<String> types() {
    return Collections.unmodifiableSet(KNOWN.keySet());
  }

  /**
   * Reads an architecture with its weights.
   *
   * @param config the Hugging Face {@code config.json}
   * @param weights its tensors, with or without the architecture's own prefix
   * @param dtype what it multiplies in
   * @throws ModelException if the type is unknown, naming the known ones, or if the configuration
   *     asks for something that is not supported, naming file, key, value and what is supported
   */
  public static Encoder load(Json config, Weights weights, Dtype dtype) {
    String type = config.string("model_type");
    Architecture architecture = KNOWN.get(type);
    if (architecture == null) {
      throw new ModelException(
          config.file()
              + ": model_type \""
              + type
              + "\" is not known; known: "
              + KNOWN.keySet()
              + (config.keys().contains("auto_map")
                  ? "; the model brings code of its own (auto_map), which is never run"
                  : "")
              + ". Choose a model of one of these types, or run an exported one with backend=onnx");
    }
    if (dtype != Dtype.FLOAT32 && !weights.device().isGpu()) {
      NarrowCpu.warnIfSlow(dtype);
    }
    Scripts scripts = new Scripts(weights.device(), dtype);
    try {
      return architecture.load(new Config(config), weights, scripts);
    } catch (RuntimeException e) {
      scripts.close();
      throw e;
    }
  }
}

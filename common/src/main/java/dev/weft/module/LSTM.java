// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.weft.backend.PackedLstm;
import dev.weft.config.Json;
import dev.weft.config.JsonText;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleDir;
import dev.weft.pipeline.ModuleSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A recurrent network over the tokens of a text, in both directions or one: (B, T, H) to (B, T,
 * hidden_dim · directions), zeros behind the last token. Owns the compiled network. Follows the
 * reference's 6.2: {@code sentence_transformer/modules/lstm.py}.
 *
 * <p>The reference takes the lengths from {@code sentence_lengths}, which WordEmbeddings alone
 * makes; here they come from the attention mask, so it may follow any module that makes token
 * embeddings. Rows that are padded on the left are moved to position 0, and their mask with them. A
 * text without tokens runs one step on what stands at its first position, which stays masked, so
 * pooling makes zeros of it.
 */
public final class LSTM implements Module {
  private static final String CONFIG = "lstm_config.json";

  /** The names of all tensors are listed before the file is asked for the first. */
  private static final int MAX_LAYERS = 1000;

  private static final Set<String> KEYS =
      Set.of(
          "embedding_dimension",
          "word_embedding_dimension",
          "hidden_dim",
          "num_layers",
          "dropout",
          "bidirectional");

  private final Config config;
  private final Map<String, NDArray> weights;
  private final PackedLstm network;

  private LSTM(Config config, Map<String, NDArray> weights, Device device) {
    this.config = config;
    this.weights = weights;
    this.network = new PackedLstm(config.layout(), List.copyOf(weights.values()), device);
  }

  /**
   * The arguments.
   *
   * @param dropout between layers while a model is trained; kept for saving
   */
  private record Config(PackedLstm.Layout layout, double dropout) {
    Config {
      Checkpoint.positive("embedding_dimension", layout.input());
      Checkpoint.positive("hidden_dim", layout.hidden());
      Checkpoint.positive("num_layers", layout.layers());
      if (layout.layers() > MAX_LAYERS) {
        throw new IllegalArgumentException(
            "num_layers must be at most " + MAX_LAYERS + ", but is " + layout.layers());
      }
      Checkpoint.probability("dropout", dropout);
    }

    static Config parse(Json json) {
      return new Config(
          new PackedLstm.Layout(
              json.integer("embedding_dimension", "word_embedding_dimension"),
              json.integer("hidden_dim"),
              json.findInteger("num_layers").orElse(1),
              json.findBool("bidirectional").orElse(true) ? 2 : 1),
          json.findNumber("dropout").orElse(0.0));
    }

    /** Every tensor's name and shape, in the order {@link PackedLstm} takes them. */
    Map<String, long[]> tensors() {
      Map<String, long[]> shapes = new LinkedHashMap<>();
      long gates = 4L * layout.hidden();
      for (int layer = 0; layer < layout.layers(); layer++) {
        for (int direction = 0; direction < layout.directions(); direction++) {
          String place = "_l" + layer + (direction == 0 ? "" : "_reverse");
          shapes.put("encoder.weight_ih" + place, new long[] {gates, layout.input(layer)});
          shapes.put("encoder.weight_hh" + place, new long[] {gates, layout.hidden()});
          shapes.put("encoder.bias_ih" + place, new long[] {gates});
          shapes.put("encoder.bias_hh" + place, new long[] {gates});
        }
      }
      return shapes;
    }
  }

  /**
   * An LSTM from scratch, with random weights: one layer in both directions, unless said otherwise.
   *
   * @param embeddingDimension width H of the token embeddings
   * @param hiddenDim width of what each direction makes
   */
  public static Builder builder(int embeddingDimension, int hiddenDim) {
    return new Builder(embeddingDimension, hiddenDim);
  }

  /** Collects the arguments. Mutable, for one thread. */
  public static final class Builder {
    private final int in;
    private final int hidden;
    private int layers = 1;
    private int directions = 2;
    private double dropout;
    private long seed;

    private Builder(int in, int hidden) {
      this.in = in;
      this.hidden = hidden;
    }

    /** {@code num_layers}. */
    public Builder numLayers(int number) {
      layers = number;
      return this;
    }

    /** {@code dropout}: kept for saving; nothing is dropped when texts are encoded. */
    public Builder dropout(double probability) {
      dropout = probability;
      return this;
    }

    /** {@code bidirectional=False}: forward only. */
    public Builder unidirectional() {
      directions = 1;
      return this;
    }

    /** What random values follow from; the same seed gives the same module. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Makes the module.
     *
     * @param device owns its arrays
     * @throws IllegalArgumentException if a width or the number of layers is not positive, or
     *     dropout is no probability
     */
    public LSTM build(NDManager device) {
      Config config = new Config(new PackedLstm.Layout(in, hidden, layers, directions), dropout);
      Init init = new Init(device, seed);
      Map<String, NDArray> weights = new LinkedHashMap<>();
      config.tensors().forEach((name, shape) -> weights.put(name, init.uniform(hidden, shape)));
      return new LSTM(config, weights, device.getDevice());
    }
  }

  /** Reads {@code lstm_config.json} and the weights. */
  public static LSTM load(ModuleDir dir) {
    Config config = Checkpoint.config(dir.config(CONFIG), KEYS, Config::parse);
    Map<String, long[]> shapes = config.tensors();
    Weights stored = Checkpoint.weights(dir, shapes.keySet());
    Map<String, NDArray> weights = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> weights.put(name, stored.tensor(name, shape)));
    return new LSTM(config, weights, stored.device());
  }

  @Override
  public String name() {
    return "LSTM";
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.TOKEN_EMBEDDINGS, Features.ATTENTION_MASK);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of(Features.TOKEN_EMBEDDINGS, Features.ATTENTION_MASK);
  }

  @Override
  public int width(int inputWidth) {
    Widths.require("embedding_dimension", config.layout().input(), inputWidth);
    return config.layout().output();
  }

  @Override
  public String settings() {
    PackedLstm.Layout layout = config.layout();
    return layout.input()
        + " -> "
        + layout.output()
        + ", num_layers="
        + layout.layers()
        + ", bidirectional="
        + (layout.directions() == 2);
  }

  /** Writes the old name of the dimension, which every release reads. */
  @Override
  public ModuleSpec spec() {
    PackedLstm.Layout layout = config.layout();
    JsonText text =
        new JsonText()
            .with("word_embedding_dimension", layout.input())
            .with("hidden_dim", layout.hidden())
            .with("num_layers", layout.layers())
            .with("dropout", config.dropout())
            .with("bidirectional", layout.directions() == 2);
    ModuleSpec spec = ModuleSpec.of(name()).withText(CONFIG, text.print());
    for (Map.Entry<String, NDArray> weight : weights.entrySet()) {
      spec = spec.withTensor(weight.getKey(), TensorData.of(weight.getValue()));
    }
    return spec;
  }

  /** Replaces the token embeddings and the attention mask. */
  @Override
  public Features forward(Features features) {
    RightPadded rows = RightPadded.of(features);
    int[] steps = Arrays.stream(rows.lengths()).map(length -> Math.max(1, length)).toArray();
    return features
        .with(Features.TOKEN_EMBEDDINGS, network.forward(rows.tokens(), steps))
        .with(Features.ATTENTION_MASK, rows.mask());
  }

  @Override
  public void close() {
    network.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.text.AttentionMask;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A transformer that another runtime runs from an exported graph.
 *
 * <p>A graph counts positions from the start of a padded row, or from the first id that is not
 * padding. It is therefore always given rows that are padded on their right, so that a row gives
 * the same numbers on whichever side its batch is padded, as {@link Encoder} promises.
 */
final class GraphEncoder implements Encoder {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";
  private static final Set<String> INPUTS = Set.of(IDS, MASK, TYPES);

  private final GraphSession session;
  private final LayeredEncoder.Outline outline;
  private final AtomicBoolean closed = new AtomicBoolean();

  private GraphEncoder(GraphSession session, LayeredEncoder.Outline outline) {
    this.session = session;
    this.outline = outline;
  }

  /** Takes ownership of the session, also where it throws. */
  static GraphEncoder of(Json config, GraphSession session) {
    try {
      for (String input : session.inputs()) {
        if (!INPUTS.contains(input)) {
          throw new ModelException(
              session.label()
                  + ": the graph has an input \""
                  + input
                  + "\"; known: attention_mask, input_ids, token_type_ids. Export the"
                  + " feature-extraction task, without a cache of past tokens");
        }
      }
      if (!session.inputs().contains(IDS)) {
        throw new ModelException(
            session.label() + ": the graph has no input \"" + IDS + "\": " + session.inputs());
      }
      int hidden = session.width().orElseGet(() -> width(config));
      return new GraphEncoder(session, GraphPositions.outline(config, hidden));
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static int width(Json config) {
    int width = config.integer("hidden_size", "dim", "d_model", "n_embd");
    new Config(config).check(width > 0, "\"hidden_size\" must be positive, but is " + width);
    return width;
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
    if (wanted == HiddenLayers.ALL) {
      throw new UnsupportedOperationException(
          session.label()
              + ": an exported graph returns its last hidden state only; for those of all layers"
              + " use backend=torch");
    }
    if (closed.get()) {
      throw new IllegalStateException(session.label() + ": the encoder is closed");
    }
    NDManager batch = inputIds.getManager();
    Shape shape = new Shape(mask.rows(), mask.width(), hiddenSize());
    try (NDManager scratch = batch.newSubManager(Device.cpu())) {
      boolean left = mask.hasLeftPads();
      NDArray output = scratch.create(shape, DataType.FLOAT32);
      session.run(inputs(inputIds, mask, scratch), output);
      NDArray aligned = left ? shifted(output, mask, scratch) : output;
      NDArray result = aligned.toDevice(inputIds.getDevice(), false);
      result.attach(batch);
      return List.of(result);
    }
  }

  private Map<String, NDArray> inputs(NDArray inputIds, AttentionMask mask, NDManager scratch) {
    Shape shape = new Shape(mask.rows(), mask.width());
    Map<String, NDArray> inputs = new LinkedHashMap<>();
    for (String name : session.inputs()) {
      inputs.put(
          name,
          switch (name) {
            case IDS -> ids(inputIds, mask, scratch);
            case MASK -> scratch.create(ones(mask), shape);
            default -> scratch.zeros(shape, DataType.INT64);
          });
    }
    return inputs;
  }

  private static NDArray ids(NDArray inputIds, AttentionMask mask, NDManager scratch) {
    if (!mask.hasLeftPads()) {
      NDArray host = inputIds.toDevice(Device.cpu(), false);
      if (host != inputIds) {
        host.attach(scratch);
      }
      return host;
    }
    long[] ids = inputIds.toLongArray();
    int width = mask.width();
    for (int row = 0; row < mask.rows(); row++) {
      int pads = mask.leftPads(row);
      int start = row * width;
      long filler = ids[start];
      System.arraycopy(ids, start + pads, ids, start, width - pads);
      Arrays.fill(ids, start + width - pads, start + width, pads == 0 ? 0 : filler);
    }
    return scratch.create(ids, inputIds.getShape());
  }

  /** One where a row that begins at its first position has a token. */
  private static long[] ones(AttentionMask mask) {
    long[] values = new long[mask.rows() * mask.width()];
    for (int row = 0; row < mask.rows(); row++) {
      int start = row * mask.width();
      int pads = mask.leftPads(row);
      Arrays.fill(values, start + mask.from(row) - pads, start + mask.to(row) - pads, 1);
    }
    return values;
  }

  /** Moves each row's tokens from its first positions to where the mask has them. */
  private static NDArray shifted(NDArray output, AttentionMask mask, NDManager scratch) {
    int width = mask.width();
    long[] from = new long[mask.rows() * width];
    for (int row = 0; row < mask.rows(); row++) {
      for (int to = 0; to < width; to++) {
        from[row * width + to] = (long) row * width + Math.floorMod(to - mask.leftPads(row), width);
      }
    }
    Shape shape = output.getShape();
    NDArray flat = output.reshape(from.length, shape.get(2));
    return flat.get(scratch.create(from)).reshape(shape);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      session.close();
    }
  }
}

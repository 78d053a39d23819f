// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An LSTM (Hochreiter and Schmidhuber 1997) over the tokens of each row and no further, by torch's
 * {@code lstm} on packed sequences; states start at zero. Each layer computes, in both directions
 * or one,
 *
 * <pre>
 *   i, f, g, o = σ, σ, tanh, σ of W_ih·xₜ + b_ih + W_hh·hₜ₋₁ + b_hh
 *   cₜ = f·cₜ₋₁ + i·g        hₜ = o·tanh(cₜ)
 * </pre>
 *
 * <p>Many threads may call it.
 */
public final class PackedLstm implements AutoCloseable {
  private final List<NDArray> weights;
  private final ScriptFunction function;

  /**
   * The form of an LSTM.
   *
   * @param input width of what the first layer takes
   * @param hidden width of what each direction of a layer makes
   * @param layers number of layers
   * @param directions 1 for forward only, 2 for both
   */
  public record Layout(int input, int hidden, int layers, int directions) {
    /** Width of what it makes, both directions side by side. */
    public int output() {
      return hidden * directions;
    }

    /** Width of what a layer takes. */
    public int input(int layer) {
      return layer == 0 ? input : output();
    }
  }

  /**
   * Compiles the function.
   *
   * @param weights of each layer, of each direction: W_ih (4·hidden, in), W_hh (4·hidden, hidden),
   *     b_ih and b_hh (4·hidden); they must outlive this object
   * @param device where they are
   */
  public PackedLstm(Layout layout, List<NDArray> weights, Device device) {
    this.weights = List.copyOf(weights);
    List<String> names = IntStream.range(0, weights.size()).mapToObj(i -> "w" + i).toList();
    String parameters =
        names.stream().map(name -> ", " + name + ": Tensor").collect(Collectors.joining());
    this.function =
        ScriptFunction.compile(
            "x: Tensor, lengths: Tensor, order: Tensor, back: Tensor" + parameters,
            body(layout, String.join(", ", names)),
            device);
  }

  /** A packed sequence holds the longest row first, and its lengths on the CPU. */
  private static String body(Layout layout, String weights) {
    return """
    rows = torch.index_select(x, 0, order)
    count = torch.to(lengths, torch.device("cpu"), 4)
    packed, sizes, = torch._pack_padded_sequence(rows, count, True)
    zero = torch.new_zeros(x, [%d, torch.size(x, 0), %d])
    y, h, c, = torch.lstm(packed, sizes, [zero, zero], [%s], True, %d, 0., False, %s)
    padded, ends, = torch._pad_packed_sequence(y, sizes, True, 0., torch.size(x, 1))
    return torch.index_select(padded, 0, back)
    """
        .formatted(
            layout.layers() * layout.directions(),
            layout.hidden(),
            weights,
            layout.layers(),
            layout.directions() == 2 ? "True" : "False");
  }

  /**
   * Runs over a batch.
   *
   * @param x (B, T, input), each row from position 0 on
   * @param lengths how many positions of each row it runs over; at least 1 and at most T each
   * @return (B, T, output), zeros behind each row's length
   */
  public NDArray forward(NDArray x, int[] lengths) {
    long[] keys = new long[lengths.length];
    for (int row = 0; row < keys.length; row++) {
      keys[row] = ((long) -lengths[row] << Integer.SIZE) | row;
    }
    Arrays.sort(keys);
    long[] sorted = new long[keys.length];
    long[] order = new long[keys.length];
    long[] back = new long[keys.length];
    for (int place = 0; place < keys.length; place++) {
      int row = (int) keys[place];
      sorted[place] = lengths[row];
      order[place] = row;
      back[row] = place;
    }
    NDManager batch = x.getManager();
    try (NDArray count = batch.create(sorted);
        NDArray there = batch.create(order);
        NDArray home = batch.create(back)) {
      List<NDArray> arguments = new ArrayList<>(List.of(x, count, there, home));
      arguments.addAll(weights);
      return function.call(arguments.toArray(NDArray[]::new));
    }
  }

  @Override
  public void close() {
    function.close();
  }
}

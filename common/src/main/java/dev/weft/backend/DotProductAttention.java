// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import dev.weft.config.Dtype;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * softmax(Q·Kᵀ + bias)·V for all heads (Vaswani et al. 2017, arXiv:1706.03762), by torch's {@code
 * scaled_dot_product_attention}: it never writes the (T, T) scores to memory, which takes a tenth
 * off the time of long texts. The 1/√d must be in Q already, or in the weights of its norm.
 *
 * <p>Before that, where the architecture asks for it and in this order: queries and keys of each
 * head are divided by their root mean square, and turned by the angles of {@link Rotary}.
 */
final class DotProductAttention {
  /** Within float16, and exp of it is zero there. */
  private static final String LEAST_BIAS = "-30000.";

  private static final String BIAS = "bias";
  private static final String NO_BIAS = "None";
  private static final String CAUSAL = "True";
  private static final String NOT_CAUSAL = "False";

  private final ScriptFunction plain;
  private final ScriptFunction causal;
  private final ScriptFunction biased;

  /** What is done to queries and keys before they meet. */
  enum Positions {
    /** Nothing: positions are in the hidden states, or in the bias. */
    ELSEWHERE,
    /** They are turned by rotary angles. */
    ROTARY
  }

  /** Attention without rotary positions or norms, as BERT has it. */
  DotProductAttention(Heads heads, Scripts scripts) {
    this(heads, Positions.ELSEWHERE, Optional.empty(), scripts);
  }

  /**
   * Compiles its functions.
   *
   * @param heads how rows are cut
   * @param positions whether {@link #forward} is given a rotation
   * @param norm ε of the norm of queries and keys; where there is one, {@link #forward} is given
   *     weights
   */
  DotProductAttention(Heads heads, Positions positions, Optional<Float> norm, Scripts scripts) {
    List<String> parameters = new ArrayList<>(List.of("x: Tensor"));
    StringBuilder before = new StringBuilder(cut(heads));
    if (norm.isPresent()) {
      parameters.add("gamma: Tensor");
      before.append("p = ").append(RmsNorm.expression("p", "gamma", norm.get())).append('\n');
    }
    if (positions == Positions.ROTARY) {
      parameters.add("cos: Tensor, sin: Tensor");
      before.append(Rotary.turn("p", heads.size()));
    }
    before.append(part(heads));
    String given = String.join(", ", parameters);
    this.plain = scripts.compile(given, before + answer(heads, NO_BIAS, NOT_CAUSAL, scripts));
    this.causal = scripts.compile(given, before + answer(heads, NO_BIAS, CAUSAL, scripts));
    this.biased =
        scripts.compile(
            given + ", bias: Tensor", before + answer(heads, BIAS, NOT_CAUSAL, scripts));
  }

  /** Lines that make of x: p, queries and keys (B, T, h + k, d), and v, values (B, T, k, d). */
  private static String cut(Heads heads) {
    int both = heads.queries() + heads.keyValues();
    return """
    b = torch.size(x, 0)
    t = torch.size(x, 1)
    s = torch.view(x, [b, t, %2$d, %3$d])
    p = torch.slice(s, 2, 0, %1$d)
    v = torch.slice(s, 2, %1$d, %2$d)
    """
        .formatted(both, both + heads.keyValues(), heads.size());
  }

  /** Lines that make of p: q and k; keys and values are repeated for the queries they serve. */
  private static String part(Heads heads) {
    String lines =
        """
        q = torch.slice(p, 2, 0, %1$d)
        k = torch.slice(p, 2, %1$d, %2$d)
        """
            .formatted(heads.queries(), heads.queries() + heads.keyValues());
    int group = heads.queries() / heads.keyValues();
    if (group == 1) {
      return lines;
    }
    String repeat =
        """
        %1$s = torch.reshape(torch.expand(torch.unsqueeze(%1$s, 3), [b, t, %2$d, %3$d, %4$d]), \
        [b, t, %5$d, %4$d])
        """;
    int k = heads.keyValues();
    int d = heads.size();
    return lines
        + repeat.formatted("k", k, group, d, heads.queries())
        + repeat.formatted("v", k, group, d, heads.queries());
  }

  private static String answer(Heads heads, String bias, String causal, Scripts scripts) {
    int lanes = scripts.dtype() == Dtype.FLOAT32 && causal.equals(NOT_CAUSAL) ? scripts.lanes() : 0;
    return "q = torch.transpose(q, 1, 2)\n"
        + (lanes > 0
            ? wholeRegisters(heads, bias, lanes)
            : product("k", "v", bias, causal, scripts.dtype()))
        + "return torch.reshape(torch.transpose(y, 1, 2), [b, t, %d])\n"
            .formatted(heads.queryWidth());
  }

  /**
   * Torch's kernel works through a row of scores by registers, and through what is left of the row
   * number by number: 15 keys take it three times as long as 16. Where much would be left, keys and
   * values get rows of zeros up to the next whole register, which a bias hides. A copy of them
   * costs less.
   */
  private static String wholeRegisters(Heads heads, String bias, int lanes) {
    return """
    r = torch.remainder(t, %1$d)
    if torch.ge(r, %2$d):
      n = torch.sub(%1$d, r)
      z = torch.new_zeros(k, [b, n, %3$d, %4$d])
      kz = torch.cat([k, z], 1)
      vz = torch.cat([v, z], 1)
      m = torch.constant_pad_nd(%5$s, [0, n], -1.0e9)
      %6$selse:
      %7$s"""
        .formatted(
            lanes,
            lanes / 2,
            heads.queries(),
            heads.size(),
            bias.equals(NO_BIAS) ? "torch.new_zeros(k, [1, 1, 1, t])" : bias,
            product("kz", "vz", "m", NOT_CAUSAL, Dtype.FLOAT32),
            product("k", "v", bias, NOT_CAUSAL, Dtype.FLOAT32));
  }

  /** Queries meet keys in the type that everything is multiplied in. */
  private static String product(
      String keys, String values, String bias, String causal, Dtype dtype) {
    String k = "torch.transpose(%s, 1, 2)".formatted(keys);
    String v = "torch.transpose(%s, 1, 2)".formatted(values);
    String call = "torch.scaled_dot_product_attention(%s, %s, %s, %s, 0., %s, scale=1.)";
    if (dtype == Dtype.FLOAT32) {
      return "y = " + call.formatted("q", k, v, bias, causal) + "\n";
    }
    // What hides a position must stay finite: a row of padding sees no position at all.
    String hides = "torch.clamp(bias, " + LEAST_BIAS + ")";
    String narrow =
        call.formatted(
            NarrowProduct.to("q", dtype),
            NarrowProduct.to(k, dtype),
            NarrowProduct.to(v, dtype),
            bias.equals(NO_BIAS) ? bias : NarrowProduct.to(hides, dtype),
            causal);
    return "y = " + NarrowProduct.to(narrow, Dtype.FLOAT32) + "\n";
  }

  /** Attention without norms of queries and keys. */
  NDArray forward(NDArray projected, Relations relations) {
    return forward(projected, Optional.empty(), relations);
  }

  /**
   * The heads' answers.
   *
   * @param projected queries, keys and values side by side, (B, T, (h + 2k)·d)
   * @param gamma weights (h + k, d) of the norm of queries and keys, where there is one
   * @return the heads side by side, (B, T, h·d)
   */
  NDArray forward(NDArray projected, Optional<NDArray> gamma, Relations relations) {
    List<NDArray> arguments = new ArrayList<>(5);
    arguments.add(projected);
    gamma.ifPresent(arguments::add);
    relations
        .rotation()
        .ifPresent(
            angles -> {
              arguments.add(angles.cos());
              arguments.add(angles.sin());
            });
    relations.bias().ifPresent(arguments::add);
    ScriptFunction function =
        relations.bias().isPresent() ? biased : relations.causal() ? causal : plain;
    return function.call(arguments.toArray(NDArray[]::new));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * DeBERTa's attention (He et al. 2020, arXiv:2006.03654): to the scores of content with content it
 * adds those of content with distance, by learned vectors for each bucket b of distances:
 *
 * <pre>
 *   score(i, j) = qᵢ·kⱼ + qᵢ·K(b(i − j)) + kⱼ·Q(b(i − j))
 * </pre>
 *
 * <p>K and Q of all buckets do not depend on the text; they are made at load. All queries are
 * scaled already.
 *
 * @param queryKeyValue from H to 3·h·d
 * @param vectors K, Q or both in this order, each (h, d, buckets)
 * @param function compiled by {@link #compile}
 * @param output from h·d back to H
 */
record DisentangledAttention(
    Linear queryKeyValue, List<NDArray> vectors, ScriptFunction function, Linear output)
    implements SelfAttention {

  /** Compiles attention with these terms. */
  static ScriptFunction compile(Heads heads, boolean keys, boolean queries, Scripts scripts) {
    String body =
        """
        b = torch.size(x, 0)
        t = torch.size(x, 1)
        s = torch.view(x, [b, t, 3, %1$d, %2$d])
        q = torch.transpose(torch.select(s, 2, 0), 1, 2)
        k = torch.transpose(torch.select(s, 2, 1), 1, 2)
        v = torch.transpose(torch.select(s, 2, 2), 1, 2)
        i = torch.expand(buckets, [b, %1$d, t, t])
        """
            .formatted(heads.queries(), heads.size());
    String parameters = "x: Tensor, bias: Tensor, buckets: Tensor";
    if (keys) {
      parameters += ", keys: Tensor";
      body += "bias = torch.add(bias, torch.gather(torch.matmul(q, keys), 3, i))\n";
    }
    if (queries) {
      parameters += ", queries: Tensor";
      body +=
          """
          j = torch.transpose(i, 2, 3)
          p = torch.transpose(torch.gather(torch.matmul(k, queries), 3, j), 2, 3)
          bias = torch.add(bias, p)
          """;
    }
    body +=
        """
        y = torch.scaled_dot_product_attention(q, k, v, bias, 0., False, scale=1.)
        return torch.reshape(torch.transpose(y, 1, 2), [b, t, %d])
        """
            .formatted(heads.queryWidth());
    return scripts.compile(parameters, body);
  }

  @Override
  public NDArray forward(NDArray x, Relations relations) {
    try (NDArray projected = queryKeyValue.apply(x)) {
      List<NDArray> arguments = new ArrayList<>(5);
      arguments.add(projected);
      arguments.add(relations.bias().orElseThrow());
      arguments.add(relations.buckets().orElseThrow());
      arguments.addAll(vectors);
      try (NDArray context = function.call(arguments.toArray(NDArray[]::new))) {
        return output.apply(context);
      }
    }
  }
}

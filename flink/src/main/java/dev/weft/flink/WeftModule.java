// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

/** The functions that {@code LOAD MODULE weft} adds. */
final class WeftModule implements Module {
  private final Map<String, FunctionDefinition> functions;

  WeftModule(EmbedDefinition embed) {
    functions =
        Map.of(
            "embed", embed,
            "vector_avg", new VectorAggregate.Mean(),
            "vector_cosine_similarity", new VectorFunction.CosineSimilarity(),
            "vector_inner_product", new VectorFunction.InnerProduct(),
            "vector_l2_distance", new VectorFunction.L2Distance(),
            "vector_norm", new VectorFunction.Norm(),
            "vector_normalize", new VectorFunction.Normalize(),
            "vector_sum", new VectorAggregate.Sum());
  }

  @Override
  public Set<String> listFunctions() {
    return functions.keySet();
  }

  @Override
  public Optional<FunctionDefinition> getFunctionDefinition(String name) {
    return Optional.ofNullable(functions.get(name.toLowerCase(Locale.ROOT)));
  }
}

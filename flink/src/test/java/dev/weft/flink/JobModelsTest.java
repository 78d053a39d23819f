// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.util.MockStreamingRuntimeContext;
import org.junit.jupiter.api.Test;

class JobModelsTest {
  private final ClassLoader job = new ClassLoader(JobModelsTest.class.getClassLoader()) {};

  private final RuntimeContext context =
      new MockStreamingRuntimeContext(
          1, 0, new MockEnvironmentBuilder().setUserCodeClassLoader(job).build());

  @Test
  void oneThatCannotBeGivenBackDoesNotKeepTheOthers() {
    EmbedderCache models = EmbedderCache.shared();
    models.closeIdle();
    long before = models.models();
    models.acquire(EmbedderSpec.of(LocalTables.STATIC, Map.of())).close();
    assertThat(models.models()).isEqualTo(before + 1);
    List<String> given = new ArrayList<>();
    for (String model : List.of("a", "b", "c")) {
      JobModels.keep(
          context,
          model,
          () ->
              () -> {
                given.add(model);
                throw new IllegalStateException("the " + given.size() + ". failure");
              });
    }

    assertThatThrownBy(() -> JobModels.release(job))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the 1. failure")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));

    assertThat(given).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(models.models()).isEqualTo(before);
    JobModels.release(job);
    assertThat(given).hasSize(3);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.Place;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.runtime.externalresource.ExternalResourceInfoProvider;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.util.MockStreamingRuntimeContext;
import org.junit.jupiter.api.Test;

class TaskPlaceTest {
  /** A GPU as Flink's driver shows it, which is all a job may know of it. */
  private record FakeGpu(Map<String, String> properties) implements ExternalResourceInfo {
    @Override
    public Optional<String> getProperty(String key) {
      return Optional.ofNullable(properties.get(key));
    }

    @Override
    public Collection<String> getKeys() {
      return properties.keySet();
    }
  }

  @Test
  void gpusAreDealtOutByTurnsWhateverTheNumbersOfTheSubtasks() {
    EmbedderSpec spec = spec("dealt");
    List<String> dealt =
        Stream.of(0, 2, 4, 4, 7)
            .map(subtask -> TaskPlace.of(context(subtask, gpu("3"), gpu("1")), spec, 8))
            .peek(place -> assertThat(place.cores()).isEqualTo(8))
            .flatMap(place -> place.gpus().stream())
            .toList();
    assertThat(dealt).containsExactly("1", "3", "1", "3", "1");
  }

  @Test
  void everyModelBeginsWithTheFirst() {
    Place first = new Place(List.of("1"), 8);
    assertThat(TaskPlace.of(context(0, gpu("3"), gpu("1")), spec("one"), 8)).isEqualTo(first);
    assertThat(TaskPlace.of(context(1, gpu("3"), gpu("1")), spec("other"), 8)).isEqualTo(first);
  }

  @Test
  void withoutThemTheCoresCount() {
    assertThat(TaskPlace.of(context(3), spec("none"), 2)).isEqualTo(new Place(List.of(), 2));
  }

  @Test
  void aResourceOfAnotherKindIsNamed() {
    RuntimeContext context = context(0, new FakeGpu(Map.of("serial", "7")));

    assertThatThrownBy(() -> TaskPlace.of(context, spec("none"), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "external resource \"gpu\" has no property \"index\" but [serial]; set"
                + " external-resource.gpu.driver-factory.class to"
                + " org.apache.flink.externalresource.gpu.GPUDriverFactory");
  }

  private static EmbedderSpec spec(String model) {
    return EmbedderSpec.of("TaskPlaceTest " + model, Map.of());
  }

  private static FakeGpu gpu(String index) {
    return new FakeGpu(Map.of("index", index));
  }

  private static RuntimeContext context(int subtask, ExternalResourceInfo... gpus) {
    Set<ExternalResourceInfo> infos = Arrays.stream(gpus).collect(Collectors.toSet());
    ExternalResourceInfoProvider provider = resource -> resource.equals("gpu") ? infos : Set.of();
    return new MockStreamingRuntimeContext(
        8,
        subtask,
        new MockEnvironmentBuilder()
            .setMaxParallelism(8)
            .setParallelism(8)
            .setSubtaskIndex(subtask)
            .setExternalResourceInfoProvider(provider)
            .build());
  }
}

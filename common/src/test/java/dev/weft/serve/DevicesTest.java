// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EmbedderOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicesTest {
  private static final String FIX =
      "; set device=cpu, or install a driver and the CUDA build of the engine";

  /** Addresses are separated by spaces; the first counts. */
  @ParameterizedTest
  @CsvSource({
    "auto,   0, '',               '',           cpu",
    "auto,   2, '',               '',           cuda:0",
    "cuda,   1, '',               '',           cuda:0",
    "auto,   4, '',               '2',          cuda:2",
    "cuda,   4, '',               '3 1',        cuda:3",
    "cpu,    4, '',               '3',          cpu",
    "cuda:1, 4, '',               '3',          cuda:1",
    "cuda,   2, '6, 3',           '3',          cuda:1",
    "auto,   2, '6,3',            '6',          cuda:0",
    "auto,   2, 'GPU-aa1,GPU-b2', 'GPU-b2-33-4', cuda:1",
    "auto,   1, '',               'GPU-b2-33-4', cuda:0",
    "auto,   1, 'MIG-b2-33-4',    '5',          cuda:0",
    "auto,   1, 'MIG-b2-33-4',    'MIG-b2-33-4', cuda:0",
  })
  void theHostsGpuIsTheEnginesDevice(
      String asked, int seen, String visible, String addresses, String device) {
    assertThat(resolve(asked, seen, visible, addresses)).isEqualTo(device);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cuda | 0 | ''     | ''     | device \"cuda\" was asked for, but the engine sees no GPU",
        "cuda | 0 | ''     | 0      | GPU \"0\" was assigned to the task, but the engine sees none",
        "auto | 0 | ''     | 0      | GPU \"0\" was assigned to the task, but the engine sees none",
        "auto | 2 | ''     | 2      | GPU \"2\" was assigned to the task, but the engine sees 2",
        "auto | 1 | '4,5'  | 5      | GPU \"5\" was assigned to the task, but the engine sees 1",
        "auto | 2 | '6,3'  | 0      | GPU \"0\" was assigned to the task, but CUDA_VISIBLE_DEVICES"
            + " is \"6,3\"; name GPUs in it as the host's resource discovery does",
        "auto | 2 | ''     | GPU-b2 | GPU \"GPU-b2\" was assigned to the task by another name than"
            + " its index; set CUDA_VISIBLE_DEVICES to the list of such names",
      })
  void aGpuThatIsNotThereIsAnError(
      String asked, int seen, String visible, String addresses, String message) {
    assertThatThrownBy(() -> resolve(asked, seen, visible, addresses))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message + FIX);
  }

  @Test
  void anotherRuntimeMayHaveTheGpuThatTheEngineDoesNotSee() {
    EmbedderOptions onnx = EmbedderOptions.DEFAULT.withBackend("onnx", Map.of());
    Place place = new Place(List.of("0"), 1);

    assertThat(new Devices(new FakeGpus(0, "")).resolve(onnx, place)).isEqualTo("cpu");
    assertThat(new Devices(new FakeGpus(1, "")).resolve(onnx, place)).isEqualTo("cuda:0");
  }

  private static String resolve(String asked, int seen, String visible, String addresses) {
    Place place = new Place(addresses.isEmpty() ? List.of() : List.of(addresses.split(" ")), 1);
    return new Devices(new FakeGpus(seen, visible))
        .resolve(EmbedderOptions.DEFAULT.withDevice(asked), place);
  }
}

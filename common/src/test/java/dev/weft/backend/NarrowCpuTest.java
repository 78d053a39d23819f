// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.config.Dtype;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NarrowCpuTest {
  @ParameterizedTest
  @CsvSource({
    "flags           : fpu fma avx avx2, true, true",
    "flags           : fpu avx2 avx512f avx512_bf16, false, true",
    "flags           : fpu avx512f amx_bf16 amx_tile avx512_fp16, false, false",
    "Features        : fp asimd asimdhp, true, false",
    "Features        : fp asimd asimdhp bf16, false, false",
    "model name      : without a word on its flags, false, false"
  })
  void knowsWhatACpuMultiplies(String line, boolean bfloat16, boolean float16) {
    List<String> cpuinfo = List.of("processor       : 0", line, "flags : amx_bf16 amx_fp16 fpu");
    boolean silent = line.startsWith("model");
    Set<String> read = CpuFlags.of(silent ? cpuinfo.subList(0, 2) : cpuinfo);
    assertThat(NarrowCpu.isSlow(Dtype.BFLOAT16, read)).isEqualTo(bfloat16);
    assertThat(NarrowCpu.isSlow(Dtype.FLOAT16, read)).isEqualTo(float16);
    assertThat(NarrowCpu.isSlow(Dtype.FLOAT32, read)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "fpu avx avx2 avx512f avx512dq avx512bw, 16",
    "fpu avx avx2 avx512f, 8",
    "fpu avx, 0",
    "fp asimd, 0"
  })
  void knowsHowWideTorchsKernelsAre(String flags, int lanes) {
    assertThat(CpuFlags.lanes(CpuFlags.of(List.of("flags\t\t: " + flags)))).isEqualTo(lanes);
  }
}

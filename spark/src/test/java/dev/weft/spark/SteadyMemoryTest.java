// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static dev.weft.spark.Weft.embed;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TestEngine;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.util.ArrowUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Job after job in one process, nothing is left behind. */
@EnabledOnOs(OS.LINUX)
class SteadyMemoryTest {
  @RegisterExtension static final LocalSpark LOCAL = new LocalSpark();

  private static final int COUNT = 600;
  private static final int WARM_UP = 20;
  private static final int JOBS = 50;

  /** Jobs between two readings. */
  private static final int STEP = 5;

  @Test
  void fiftyJobsTakeNoMoreMemoryThanTheFirst() throws IOException {
    EmbedderSpec spec = EmbedderSpec.of(Numbered.MODEL, Map.of());
    EmbedderCache cache = EmbedderCache.shared();
    try (EmbedderCache.Lease lease = cache.acquire(spec)) {
      List<Long> before = residentAfter(WARM_UP);
      long loads = cache.loads();
      long texts = lease.embedder().counters().texts();
      int arrays = TestEngine.arrays(lease.embedder());

      List<Long> after = residentAfter(JOBS);

      System.out.printf(
          "resident MB during %d jobs: %s; during %d more: %s; arrays %d, then %d%n",
          WARM_UP, before, JOBS, after, arrays, TestEngine.arrays(lease.embedder()));
      assertThat(TestEngine.arrays(lease.embedder())).as("arrays of the model").isEqualTo(arrays);
      assertThat(arrays).isPositive();
      assertThat(lease.embedder().counters().texts() - texts).isEqualTo(JOBS * 545L);
      assertThat(cache.loads()).isEqualTo(loads);
      assertThat(cache.leases()).as("this test's own").isEqualTo(1);
      assertThat(ArrowUtils.rootAllocator().getAllocatedMemory()).isZero();
      // Pools of the heap, of netty and of malloc come and go; what leaks is in the least too.
      long most = least(before) + Math.max(64, least(before) / 10);
      assertThat(least(after)).isLessThan(most);
    }
    assertThat(cache.leases()).isZero();
  }

  /** Of the second half: the first still warms up. */
  private static long least(List<Long> readings) {
    return readings.subList(readings.size() / 2, readings.size()).stream()
        .min(Long::compare)
        .orElseThrow();
  }

  /** One reading every few jobs. */
  private static List<Long> residentAfter(int jobs) throws IOException {
    List<Long> readings = new ArrayList<>();
    for (int done = 0; done < jobs; done += STEP) {
      run(STEP);
      readings.add(resident());
    }
    return readings;
  }

  /** Without adaptive execution, whose pools grow by threads with every job up to a thousand. */
  private static void run(int jobs) {
    SparkSession session = LOCAL.spark().newSession();
    session.conf().set("spark.sql.adaptive.enabled", "false");
    for (int i = 0; i < jobs; i++) {
      Numbered.rows(session, COUNT, 2)
          .withColumn("emb", embed(concat(col("text"), col("id")), Numbered.MODEL)) // all distinct
          .write()
          .format("noop")
          .mode("overwrite")
          .save();
    }
  }

  /** In megabytes, with a heap that holds only what is used. */
  private static long resident() throws IOException {
    System.gc();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
        .sum();
  }
}

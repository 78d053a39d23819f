// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorCoresTest {
  private static final String EXECUTOR =
      "org.apache.spark.executor.CoarseGrainedExecutorBackend --driver-url spark://host:1"
          + " --executor-id 0 --hostname host --cores 3 --app-id app --resourceProfileId 0";

  private static final String YARN =
      "org.apache.spark.executor.YarnCoarseGrainedExecutorBackend --cores 12 --app-id app";

  @ParameterizedTest
  @CsvSource({
    "executor,        spark://host:1,        8, 3",
    "yarn,            yarn,                  8, 12",
    "my.Main --cores 5, local[4],            8, 4",
    "my.Main,         local,                 8, 1",
    "my.Main,         'local[7,2]',          8, 7",
    "my.Main,         local[*],              0, 0",
    "my.Main,         'local-cluster[2,1,1024]', 0, 0",
    "my.Main,         k8s://host,            8, 8",
  })
  void areThoseOfTheCommandThenOfTheMasterThenOfTheConfiguration(
      String command, String master, String conf, int cores) {
    SparkConf settings = new SparkConf(false).set("spark.master", master);
    if (!conf.equals("0")) {
      settings.set("spark.executor.cores", conf);
    }
    String line = command.equals("executor") ? EXECUTOR : command.equals("yarn") ? YARN : command;

    assertThat(ExecutorCores.count(line, settings)).isEqualTo(cores);
  }
}

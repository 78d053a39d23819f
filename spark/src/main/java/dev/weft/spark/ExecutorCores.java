// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * How many cores Spark gives the executor of this process. An executor is told them on its command
 * line and nowhere else: a standalone worker hands out what is free, and stages may have resource
 * profiles of their own.
 */
final class ExecutorCores {
  private static final Pattern COMMAND =
      Pattern.compile("\\S*ExecutorBackend\\b.*\\s--cores\\s+(\\d{1,6})\\b.*");

  private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\d{1,6})\\s*(?:,.*)?])?");

  private ExecutorCores() {}

  /** Those of this process; zero for all the machine has. */
  static int count(SparkConf conf) {
    return count(System.getProperty("sun.java.command", ""), conf);
  }

  static int count(String command, SparkConf conf) {
    Matcher executor = COMMAND.matcher(command);
    if (executor.matches()) {
      return Integer.parseInt(executor.group(1));
    }
    Matcher local = LOCAL.matcher(conf.get("spark.master", ""));
    if (local.matches()) {
      return local.group(1) == null ? 1 : Integer.parseInt(local.group(1));
    }
    return conf.getInt("spark.executor.cores", 0);
  }
}

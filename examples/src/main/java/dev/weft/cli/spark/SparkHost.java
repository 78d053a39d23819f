// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.spark;

import dev.weft.cli.EmbedJob;
import dev.weft.cli.FileFormat;
import dev.weft.cli.Host;
import dev.weft.cli.ModelChoice;
import dev.weft.cli.TextFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;

/** A Spark of this process, on all its cores, for one command. */
final class SparkHost implements Host {
  @Override
  public String name() {
    return "spark";
  }

  @Override
  public boolean handlesParquet() {
    return true;
  }

  @Override
  public void embed(EmbedJob job) throws IOException {
    if (job.from() != FileFormat.PARQUET) {
      TextFile.check(job.input(), job.column());
    }
    try (SparkEmbedding spark = new SparkEmbedding(job.model())) {
      spark.embed(job);
    }
  }

  @Override
  public float[][] encode(ModelChoice model, List<String> texts) {
    try (SparkEmbedding spark = new SparkEmbedding(model)) {
      return spark.encode(texts);
    }
  }

  @Override
  public List<Object> commands() {
    return List.of(new DemoCommand(), new JoinRateCommand());
  }

  /** A query that cannot be, a file that is not what its name says. */
  @Override
  public Optional<String> complaint(Throwable failure) {
    return failure instanceof SparkThrowable spark && isAboutInput(spark)
        ? String.valueOf(failure.getMessage()).lines().findFirst()
        : Optional.empty();
  }

  private static boolean isAboutInput(SparkThrowable failure) {
    String condition = String.valueOf(failure.getCondition());
    return failure instanceof AnalysisException
        || condition.startsWith("FAILED_READ_FILE")
        || condition.startsWith("MALFORMED_RECORD");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli.spark;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.udf;

import dev.weft.Precision;
import dev.weft.cli.EmbedJob;
import dev.weft.cli.FileFormat;
import dev.weft.cli.ModelChoice;
import dev.weft.cli.TextRow;
import dev.weft.spark.Weft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Embeds files in a Spark of this process, on all its cores. Rows come back in the order of the
 * file: a file is read in order of its parts, and {@code embed} keeps the order within each.
 */
final class SparkEmbedding implements AutoCloseable {
  private final SparkSession spark;
  private final ModelChoice model;

  SparkEmbedding(ModelChoice model) {
    this.model = model;
    this.spark = session("weft");
  }

  /** A session with Weft in it, which the class path alone brings about. */
  static SparkSession session(String name) {
    return SparkSession.builder()
        .master("local[*]")
        .appName(name)
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.caseSensitive", "true")
        .getOrCreate();
  }

  /** Adds the embeddings to a file. */
  void embed(EmbedJob job) throws IOException {
    if (job.to() == FileFormat.PARQUET) {
      if (job.precision() != Precision.FLOAT32) {
        throw new IllegalArgumentException(
            "precision " + job.precision() + " is written to .jsonl files only");
      }
      Dataset<Row> table = typed(job.input());
      requireText(job.input(), table, job.column());
      table
          .withColumn("embedding", embed(quoted(job.column())))
          .write()
          .parquet(job.output().toString());
      return;
    }
    Dataset<Row> lines =
        lines(job.input(), job.column()).select(col("line"), embed(col("text")).as("embedding"));
    job.write(lines.toLocalIterator(), row -> job.row(row.getString(0), vector(row, 1)));
  }

  /** The vectors of texts, in their order. */
  float[][] encode(List<String> texts) {
    List<Row> rows =
        IntStream.range(0, texts.size()).mapToObj(i -> RowFactory.create(i, texts.get(i))).toList();
    StructType schema =
        new StructType().add("id", DataTypes.IntegerType).add("text", DataTypes.StringType);
    float[][] vectors = new float[texts.size()][];
    spark
        .createDataFrame(rows, schema)
        .select(col("id"), embed(col("text")))
        .collectAsList()
        .forEach(row -> vectors[row.getInt(0)] = vector(row, 1).orElseThrow());
    return vectors;
  }

  private Column embed(Column text) {
    return Weft.embed(text, model.directory(), model.options());
  }

  static Optional<float[]> vector(Row row, int index) {
    if (row.isNullAt(index)) {
      return Optional.empty();
    }
    List<Float> values = row.getList(index);
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i);
    }
    return Optional.of(vector);
  }

  /** The file with its own columns and types. */
  private Dataset<Row> typed(Path input) {
    String path = location(input);
    return switch (FileFormat.of(input)) {
      case TXT -> spark.read().text(path).withColumnRenamed("value", "text");
      case JSONL -> spark.read().option("mode", "FAILFAST").json(path);
      case CSV -> csv(path);
      case PARQUET -> parquet(input);
    };
  }

  /** Every row as a line of JSON, so that its columns come out as they went in, and its text. */
  private Dataset<Row> lines(Path input, String column) {
    FileFormat format = FileFormat.of(input);
    if (format == FileFormat.JSONL) {
      Dataset<Row> lines = spark.read().text(location(input)).where(col("value").rlike("\\S"));
      String file = input.toString();
      UserDefinedFunction text =
          udf(
              (UDF1<String, @Nullable String>) line -> text(TextRow.parse(file, line, column)),
              DataTypes.StringType);
      return lines.select(col("value").as("line"), text.apply(col("value")).as("text"));
    }
    Dataset<Row> table = typed(input);
    requireText(input, table, column);
    Column[] columns =
        Arrays.stream(table.columns()).map(SparkEmbedding::quoted).toArray(Column[]::new);
    Column line = to_json(struct(columns), Map.of("ignoreNullFields", "false"));
    return table.select(line.as("line"), quoted(column).as("text"));
  }

  /** Null, as Spark has it, where the row has no text; UTF-8 holds no half of a surrogate pair. */
  private static @Nullable String text(TextRow row) {
    return row.text().map(text -> text.replaceAll("\\p{Cs}", "\uFFFD")).orElse(null);
  }

  /** A column by the name it has, whatever signs are in it. */
  private static Column quoted(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  /** A file as Spark finds it, which takes some names for patterns and does not see others. */
  static String location(Path input) {
    Path file = input.toAbsolutePath().normalize();
    String name = String.valueOf(file.getFileName());
    if (name.startsWith("_") || name.startsWith(".")) {
      throw new IllegalArgumentException(
          input + ": Spark skips files whose names start with _ or a dot; rename it");
    }
    if (file.toString().matches(".*[:\\\\\\[\\]{}*?].*")) {
      throw new IllegalArgumentException(
          input + ": Spark cannot read " + file + ", which has one of :\\[]{}*? in it; rename it");
    }
    return "file:" + file;
  }

  /** Spark reads the parts of a folder by size; this puts them in the order of their names. */
  private Dataset<Row> parquet(Path input) {
    Dataset<Row> table;
    try {
      table = spark.read().parquet(location(input));
    } catch (Exception e) { // Scala declares none of what it throws.
      if (e instanceof AnalysisException) {
        throw new IllegalArgumentException(input + ": holds no parquet file", e);
      }
      throw e;
    }
    return Files.isDirectory(input)
        ? table.orderBy(col("_metadata.file_path"), col("_metadata.row_index"))
        : table;
  }

  /** A field that is not there reads as an empty text, as it does without Spark. */
  private Dataset<Row> csv(String path) {
    Dataset<Row> table = records(spark, path);
    Column[] filled =
        Arrays.stream(table.columns())
            .map(c -> coalesce(quoted(c), lit("")).as(c))
            .toArray(Column[]::new);
    return table.select(filled);
  }

  /** A file of comma separated values with a header; quotes are doubled, fields may hold lines. */
  static Dataset<Row> records(SparkSession spark, String path) {
    return spark
        .read()
        .option("header", "true")
        .option("multiLine", "true")
        .option("escape", "\"")
        .csv(path);
  }

  private static void requireText(Path input, Dataset<Row> table, String column) {
    List<String> names = List.of(table.columns());
    if (!names.contains(column)) {
      throw new IllegalArgumentException(
          input + ": no column \"" + column + "\" among " + names + "; name it with --column");
    }
    DataType type = table.schema().apply(column).dataType();
    if (!(type instanceof StringType)) {
      throw new IllegalArgumentException(
          input + ": column \"" + column + "\" must hold texts, but is " + type.sql());
    }
  }

  @Override
  public void close() {
    spark.stop();
  }
}

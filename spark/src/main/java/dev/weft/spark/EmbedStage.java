// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.Embedder;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.OnError;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a {@link SentenceEmbedder} does, as its params and the session say when it is asked.
 *
 * @param input the column of texts
 * @param taskColumn the column of tasks, where there is one
 * @param output the column that is added
 * @param options those of {@code embed} that are set
 * @param spec the same with what the session says, and the model
 * @param type what the new column holds
 * @param path how it runs
 * @param windowRows the most rows that mapPartitions gathers
 */
record EmbedStage(
    String input,
    Optional<String> taskColumn,
    String output,
    Map<String, String> options,
    EmbedderSpec spec,
    OutputType type,
    EmbedPath path,
    int windowRows) {
  private static final String TASK = "task";

  static EmbedStage of(SentenceEmbedder embedder, SQLConf session) {
    Optional<String> taskColumn = find(embedder, embedder.taskCol());
    Map<String, String> options = new TreeMap<>();
    for (String name : EmbedderSpec.options()) {
      find(embedder, embedder.getParam(name)).ifPresent(v -> options.put(name, String.valueOf(v)));
    }
    taskColumn.ifPresent(column -> options.remove(TASK));
    return new EmbedStage(
        find(embedder, embedder.inputCol())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        embedder.uid() + " has no inputCol; set it to the column of texts")),
        taskColumn,
        embedder.getOrDefault(embedder.outputCol()),
        options,
        EmbedFunction.spec(find(embedder, embedder.model()), options, session),
        OutputType.named(embedder.getOrDefault(embedder.outputType())),
        EmbedPath.named(embedder.getOrDefault(embedder.path())),
        (Integer) embedder.getOrDefault(embedder.windowRows()));
  }

  private static <T> Optional<T> find(SentenceEmbedder embedder, Param<T> param) {
    return embedder.isDefined(param) ? Optional.of(embedder.getOrDefault(param)) : Optional.empty();
  }

  /**
   * The columns that come out.
   *
   * @throws IllegalArgumentException if the input is not there or no text, or the output is there
   */
  StructType schema(StructType schema) {
    StructField text = text(schema, input);
    taskColumn.ifPresent(column -> text(schema, column));
    if (Arrays.asList(schema.fieldNames()).contains(output)) {
      throw new IllegalArgumentException(
          "column \"" + output + "\" is there already; choose another outputCol or drop it");
    }
    if (spec.onError() == OnError.STRUCT) {
      throw new IllegalArgumentException(
          "onError \"struct\" makes a column of structs, which is no vector; choose fail or null,"
              + " or call embed() in a select");
    }
    boolean nullable =
        text.nullable() || type == OutputType.VECTOR || spec.onError() == OnError.NULL;
    return schema.add(output, type.type(), nullable, metadata());
  }

  private static StructField text(StructType schema, String column) {
    if (!Arrays.asList(schema.fieldNames()).contains(column)) {
      throw new IllegalArgumentException(
          "no column \"" + column + "\" among " + Arrays.toString(schema.fieldNames()));
    }
    StructField field = schema.apply(column);
    if (!(field.dataType() instanceof StringType)) {
      throw new IllegalArgumentException(
          "column \""
              + column
              + "\" must be of type STRING, but is "
              + field.dataType().sql()
              + "; cast it with CAST(… AS STRING)");
    }
    return field;
  }

  /** Spark's own estimators look for the width of a vector under a key of theirs. */
  private Metadata metadata() {
    MetadataBuilder weft = new MetadataBuilder().putString("model", spec.model());
    OptionalInt width = Embedder.declaredDimension(spec.model(), spec.encodeOptions());
    width.ifPresent(dim -> weft.putLong("dim", dim));
    Metadata metadata = new MetadataBuilder().putMetadata("weft", weft.build()).build();
    return type == OutputType.VECTOR && width.isPresent()
        ? new AttributeGroup(output, width.getAsInt()).toMetadata(metadata)
        : metadata;
  }

  Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = schema(dataset.schema());
    return path.in(dataset.sparkSession()) == EmbedPath.OPERATOR
        ? byOperator(dataset, schema.apply(output).metadata())
        : byPartitions(dataset.toDF(), schema);
  }

  private Dataset<Row> byOperator(Dataset<?> dataset, Metadata metadata) {
    Map<String, Object> all = new HashMap<>(options);
    taskColumn.ifPresent(column -> all.put(TASK, quoted(column)));
    Column embedding = Weft.embed(quoted(input), spec.model(), all);
    return dataset.withColumn(output, type.of(embedding).as(output, metadata));
  }

  private Dataset<Row> byPartitions(Dataset<Row> rows, StructType schema) {
    EmbedRows embed =
        new EmbedRows(
            TaskModel.ofSession(spec, rows.sparkSession()),
            schema.fieldIndex(input),
            taskColumn.map(schema::fieldIndex).orElse(EmbedRows.NO_TASK),
            type,
            windowRows);
    Dataset<Row> embedded = rows.mapPartitions(embed, Encoders.row(schema));
    // Rows carry no metadata.
    Column[] columns =
        Arrays.stream(schema.fields())
            .map(field -> quoted(field.name()).as(field.name(), field.metadata()))
            .toArray(Column[]::new);
    return embedded.select(columns);
  }

  /** A column by the name it has, whatever signs are in it. */
  private static Column quoted(String name) {
    return functions.col("`" + name.replace("`", "``") + "`");
  }
}

// SPDX-License-Identifier: Apache-2.0
/**
 * {@code embed(text)} in Spark SQL and DataFrames. The jar on the class path is enough: {@link
 * dev.weft.spark.WeftExtensions} is found by ServiceLoader.
 *
 * <pre>{@code
 * import static dev.weft.spark.Weft.embed;
 *
 * df.withColumn("emb", embed(col("text"), "sentence-transformers/all-MiniLM-L6-v2"));
 * spark.sql("SELECT id, embed(text) AS emb FROM articles"); // with spark.weft.model set
 * }</pre>
 *
 * <p>How a call travels: {@link dev.weft.spark.EmbedFunction} builds an {@link
 * dev.weft.spark.EmbedExpression}, which {@link dev.weft.spark.CheckEmbeds} refuses where it cannot
 * run; {@link dev.weft.spark.ExtractEmbeds} moves it from its operator into an {@link
 * dev.weft.spark.EmbedNode} of its own before the optimizer starts, {@link
 * dev.weft.spark.OptimizeEmbeds} teaches the optimizer what may pass it, and {@link
 * dev.weft.spark.EmbedExec} runs it: {@link dev.weft.spark.PartitionEncoder} takes the rows of a
 * partition a window at a time, whatever kind of row {@link dev.weft.spark.RowBinding} knows, on
 * the model that {@link dev.weft.spark.TaskModel} gets for the task. Where columns are taken above
 * it, {@link dev.weft.spark.BatchEncoder} leaves the vectors in the window they were made in, and
 * {@link dev.weft.spark.arrow} hands them on.
 *
 * <p>{@link dev.weft.spark.SentenceEmbedder} is the same as a stage of Spark ML: {@link
 * dev.weft.spark.EmbedderParams} holds its params, {@link dev.weft.spark.EmbedStage} what they come
 * to, and {@link dev.weft.spark.EmbedRows} runs where the operator cannot. Vectors that are there
 * already are the business of {@link dev.weft.spark.vector}.
 */
@NullMarked
package dev.weft.spark;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * What is done with embeddings once they are there: Spark's vector functions, on a Spark that has
 * not got them; the exact nearest rows of another data set; near duplicates. Knows nothing of
 * models.
 *
 * <pre>{@code
 * import static dev.weft.spark.vector.VectorFunctions.vector_cosine_similarity;
 *
 * df.withColumn("score", vector_cosine_similarity(col("a"), col("b")));
 * spark.sql("SELECT topic, vector_avg(emb) AS centre FROM articles GROUP BY topic");
 * SimilarityJoin.topK(10).withVectorCol("emb").join(questions, articles);
 * Deduplicator.minCosine(0.95).withVectorCol("emb").dropDuplicates(articles);
 * }</pre>
 *
 * <p>How a join travels: {@link dev.weft.spark.vector.SimilarityJoin} puts a {@link
 * dev.weft.spark.vector.SimilarityNode} over both sides, planned as a {@link
 * dev.weft.spark.vector.SimilarityExec}. A task of it reads blocks of the left side and tiles of
 * the right one and hands the best matches of its partitions on; a window picks the best of all.
 */
@NullMarked
package dev.weft.spark.vector;

import org.jspecify.annotations.NullMarked;

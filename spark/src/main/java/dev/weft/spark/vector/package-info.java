// SPDX-License-Identifier: Apache-2.0
/**
 * What is done with embeddings once they are there: Spark's vector functions, on a Spark that has
 * not got them. Knows nothing of models.
 *
 * <pre>{@code
 * import static dev.weft.spark.vector.VectorFunctions.vector_cosine_similarity;
 *
 * df.withColumn("score", vector_cosine_similarity(col("a"), col("b")));
 * spark.sql("SELECT topic, vector_avg(emb) AS centre FROM articles GROUP BY topic");
 * }</pre>
 */
@NullMarked
package dev.weft.spark.vector;

import org.jspecify.annotations.NullMarked;

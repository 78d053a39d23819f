// SPDX-License-Identifier: Apache-2.0
/**
 * From Spark's batches of columns to Arrow's, for those who take Arrow: Python in {@code
 * mapInArrow}, and whoever collects a data set. A column that lies in an Arrow vector is taken as
 * it is; other columns are written by Spark's own writers. Nothing here knows of models.
 */
@NullMarked
package dev.weft.spark.arrow;

import org.jspecify.annotations.NullMarked;

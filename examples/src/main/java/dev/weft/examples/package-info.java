// SPDX-License-Identifier: Apache-2.0
/**
 * Whole programs, short enough to be copied. Each has a {@code main} for {@code spark-submit} and
 * is run by a test.
 *
 * <pre>
 * spark-submit --class dev.weft.examples.TopicClassifier … MODEL examples/data/sentences.csv SAVED
 * </pre>
 */
@NullMarked
package dev.weft.examples;

import org.jspecify.annotations.NullMarked;

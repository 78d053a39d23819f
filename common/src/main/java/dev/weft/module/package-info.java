// SPDX-License-Identifier: Apache-2.0
/**
 * The modules of the reference, one file each, named as in Python. A module reads its configuration
 * through {@link dev.weft.pipeline.ModuleDir} in whatever form the reference ever wrote it, and
 * knows no file name but its own.
 *
 * <pre>{@code
 * Module pooling = new Pooling(384, List.of(PoolingMode.CLS, PoolingMode.MEAN), PromptPooling.INCLUDE);
 * int width = pooling.width(384); // 768
 * }</pre>
 */
@NullMarked
package dev.weft.module;

import org.jspecify.annotations.NullMarked;

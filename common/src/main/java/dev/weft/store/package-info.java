// SPDX-License-Identifier: Apache-2.0
/**
 * Model directories: the only room that opens files. Reads {@code modules.json}, every module's
 * folder, and weights in the safetensors format and in those of torch, in one file or in shards;
 * all as untrusted input: paths stay inside the directory, sizes are checked before anything is
 * allocated, nothing is executed. {@link dev.weft.store.ModelWriter} writes a directory.
 *
 * <pre>{@code
 * ModelDir dir = ModelDir.open(Path.of("all-MiniLM-L6-v2"));
 * try (NDManager device = NDManager.newBaseManager();
 *     Pipeline pipeline = dir.load(ModuleRegistry.standard(), device)) {
 *   System.out.println(pipeline.dimension(Optional.empty()));
 *   ModelWriter.write(Path.of("copy"), pipeline, dir.settings());
 * }
 * }</pre>
 */
@NullMarked
package dev.weft.store;

import org.jspecify.annotations.NullMarked;

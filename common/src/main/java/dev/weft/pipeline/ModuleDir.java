// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import ai.djl.ndarray.NDManager;
import dev.weft.config.Json;
import dev.weft.config.Release;
import dev.weft.config.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The directory of one module, seen from the module: it asks by name and never opens a file. */
public interface ModuleDir {
  /** A file's name as it should appear in messages, such as {@code 1_Pooling/config.json}. */
  String label(String file);

  /** The text of a file that may be absent. */
  Optional<String> text(String file);

  /** The configuration under the first of these names that exists. */
  Optional<Json> findConfig(String... files);

  /** The configuration in this file, which must exist. */
  Json config(String file);

  /** The files of the folder and of those below it, a few levels deep, in order. */
  List<String> files();

  /**
   * Where a file is, for a runtime that opens it itself; empty where there is none.
   *
   * @throws dev.weft.config.ModelException if the path leaves the folder
   */
  Optional<Path> file(String file);

  /** The tensors of the folder, in whichever of the known files they are. */
  Weights weights();

  /** Owns the arrays that outlive a batch; closed with the model. */
  NDManager device();

  /** What runs the transformers of the model. */
  Backend backend();

  /**
   * A stage in a folder below this one.
   *
   * @param config names folder and type, and is named in messages
   */
  Stage stage(Json config, String folder, String type);

  /** The release of sentence-transformers that wrote the model, where it says so. */
  Optional<Release> writtenBy();
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import dev.weft.config.ModelException;
import dev.weft.pipeline.Backend;
import dev.weft.pipeline.ModuleDir;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the file of an exported transformer is, found as the reference's {@code backend/utils.py}
 * finds it: {@code file_name} in {@code subfolder}, else in the backend's folder inside that. The
 * reference exports what is missing; here it is an error.
 */
final class GraphFile {
  private static final Logger LOG = LoggerFactory.getLogger(GraphFile.class);

  private GraphFile() {}

  /**
   * The file of a backend other than torch.
   *
   * @throws ModelException if it is not there, saying what was looked for and what is there
   */
  static Path find(ModuleDir dir, Backend backend) {
    boolean onnx = backend.kind() == Backend.Kind.ONNX;
    String name = backend.fileName().orElse(onnx ? "model.onnx" : "openvino_model.xml");
    String folder = backend.subfolder().map(GraphFile::asFolder).orElse("");
    List<String> present =
        dir.files().stream()
            .filter(file -> file.startsWith(folder))
            .filter(file -> onnx ? file.endsWith(".onnx") : isOpenVino(file))
            .toList();
    Set<String> places = new LinkedHashSet<>();
    places.add(folder + name);
    places.add(folder + backend.kind().key() + "/" + name);
    Optional<Path> found = Optional.empty();
    for (String place : places) {
      found = found.isPresent() ? found : dir.file(place);
    }
    Path file = found.orElseThrow(() -> missing(dir, backend, places, present));
    if (present.size() > 1 && backend.fileName().isEmpty()) {
      LOG.warn("{}: chosen among {}; file_name chooses another", file, present);
    }
    return file;
  }

  private static String asFolder(String subfolder) {
    return subfolder.isEmpty() || subfolder.endsWith("/") ? subfolder : subfolder + "/";
  }

  private static boolean isOpenVino(String file) {
    String name = file.substring(file.lastIndexOf('/') + 1);
    return name.startsWith("openvino") && name.endsWith(".xml");
  }

  private static ModelException missing(
      ModuleDir dir, Backend backend, Set<String> places, List<String> present) {
    return new ModelException(
        dir.label("")
            + ": backend "
            + backend.kind().key()
            + " finds neither "
            + String.join(" nor ", places)
            + "; "
            + (present.isEmpty()
                ? Backend.exporting(backend.kind().key())
                : "choose one of " + present + " with file_name"));
  }
}

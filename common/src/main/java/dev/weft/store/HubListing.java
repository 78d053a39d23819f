// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a hub says a revision consists of.
 *
 * @param commit the commit behind the revision, 40 hexadecimal digits
 * @param files the files to fetch, all of them below the model directory
 */
record HubListing(String commit, List<String> files) {
  static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** Data only: code, pickles and other formats of the same weights stay where they are. */
  private static final Pattern NEEDED =
      Pattern.compile("(?:.*/)?(?:[^/]*\\.(?:json|txt|safetensors)|tokenizer[^/]*\\.model)");

  private static final Pattern OTHER_FORMAT = Pattern.compile("(?:.*/)?(?:onnx|openvino)/.*");

  HubListing {
    files = List.copyOf(files);
  }

  /**
   * Reads the answer of {@code /api/models/<id>/revision/<revision>}.
   *
   * @throws ModelException if it lists no model, or a file outside the model directory
   */
  static HubListing parse(String label, String text) {
    String commit = Json.parse(label, text).string("sha");
    if (!COMMIT.matcher(commit).matches()) {
      throw new ModelException(label + ": \"sha\" is no commit but \"" + commit + "\"");
    }
    List<String> files = new ArrayList<>();
    if (JsonParser.parseString(text).getAsJsonObject().get("siblings") instanceof JsonArray list) {
      for (Json sibling : Json.parseArray(label, list.toString())) {
        String file = sibling.string("rfilename");
        if (NEEDED.matcher(file).matches() && !OTHER_FORMAT.matcher(file).matches()) {
          files.add(inside(label, file));
        }
      }
    }
    if (Collections.disjoint(files, List.of("modules.json", "config.json"))) {
      throw new ModelException(
          label + ": neither modules.json nor config.json is there; this is no model");
    }
    return new HubListing(commit, files);
  }

  private static String inside(String label, String file) {
    boolean unsafe =
        file.startsWith("/") || file.contains("..") || file.matches("(?s).*[\\\\:\\x00].*");
    if (unsafe || !Path.of(file).normalize().toString().replace('\\', '/').equals(file)) {
      throw new ModelException(label + ": path \"" + file + "\" leaves the model directory");
    }
    return file;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a hub says a revision consists of.
 *
 * @param commit the commit behind the revision, 40 hexadecimal digits
 * @param files the files to fetch, all of them below the model directory
 */
record HubListing(String commit, List<HubFile> files) {
  static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  HubListing {
    files = List.copyOf(files);
  }

  /**
   * Reads the answer of {@code /api/models/<id>/revision/<revision>}.
   *
   * @throws ModelException if it lists no model, or a file outside the model directory
   */
  static HubListing parse(String label, String text, HubSelection selection) {
    String commit = Json.parse(label, text).string("sha");
    if (!COMMIT.matcher(commit).matches()) {
      throw new ModelException(label + ": \"sha\" is no commit but \"" + commit + "\"");
    }
    List<HubFile> listed = new ArrayList<>();
    if (JsonParser.parseString(text).getAsJsonObject().get("siblings") instanceof JsonArray list) {
      Json.parseArray(label, list.toString()).forEach(sibling -> listed.add(file(sibling)));
    }
    Set<String> names = listed.stream().map(HubFile::path).collect(Collectors.toSet());
    Predicate<String> chosen = selection.of(names);
    List<HubFile> files =
        listed.stream().filter(file -> chosen.test(file.path())).distinct().toList();
    for (HubFile file : files) {
      if (!SafePath.isInside(file.path())) {
        throw new ModelException(
            label + ": path \"" + file.path() + "\" leaves the model directory");
      }
    }
    if (!names.contains("modules.json") && !names.contains("config.json")) {
      throw new ModelException(
          label + ": neither modules.json nor config.json is there; this is no model");
    }
    return new HubListing(commit, files);
  }

  private static HubFile file(Json sibling) {
    Json large = sibling.object("lfs");
    Optional<String> hash = large.findString("sha256").or(() -> sibling.findString("blobId"));
    OptionalLong size =
        large
            .findNumber("size")
            .or(() -> sibling.findNumber("size"))
            .filter(bytes -> bytes >= 0)
            .map(bytes -> OptionalLong.of(bytes.longValue()))
            .orElseGet(OptionalLong::empty);
    return new HubFile(sibling.string("rfilename"), size, hash.flatMap(HubHash::find));
  }
}

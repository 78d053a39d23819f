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
import java.util.regex.Matcher;
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

  /** Data only: code and other formats of the same weights stay where they are. */
  private static final Pattern NEEDED =
      Pattern.compile("(?:.*/)?(?:[^/]*\\.(?:json|txt|safetensors)|tokenizer[^/]*\\.model)");

  private static final Pattern TORCH =
      Pattern.compile("(.*/)?pytorch_model(?:-\\d+-of-\\d+)?\\.bin");

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
    List<HubFile> listed = new ArrayList<>();
    if (JsonParser.parseString(text).getAsJsonObject().get("siblings") instanceof JsonArray list) {
      Json.parseArray(label, list.toString()).forEach(sibling -> listed.add(file(sibling)));
    }
    Set<String> names = listed.stream().map(HubFile::path).collect(Collectors.toSet());
    List<HubFile> files =
        listed.stream().filter(file -> isNeeded(file.path(), names)).distinct().toList();
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

  /** Whether a file is fetched, beside all that are there. */
  static boolean isNeeded(String file, Set<String> all) {
    if (OTHER_FORMAT.matcher(file).matches()) {
      return false;
    }
    Matcher torch = TORCH.matcher(file);
    if (!torch.matches()) {
      return NEEDED.matcher(file).matches();
    }
    String folder = Optional.ofNullable(torch.group(1)).orElse("");
    boolean whole = all.contains(folder + "pytorch_model.bin");
    boolean shard = !file.endsWith("pytorch_model.bin");
    // Safetensors first, then the whole file: the order in which weights are looked for.
    return !all.contains(folder + "model.safetensors")
        && !all.contains(folder + "model.safetensors.index.json")
        && !(whole && shard);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import dev.weft.pipeline.Backend;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which files of a model are fetched for a backend. Data only: code and other formats of the same
 * weights stay where they are.
 *
 * @param backend torch reads its weights; the others read one exported file and what is beside it
 */
record HubSelection(Backend backend) {
  static final HubSelection TORCH = new HubSelection(Backend.TORCH);

  private static final Pattern NEEDED =
      Pattern.compile("(?:.*/)?(?:[^/]*\\.(?:json|txt|safetensors)|tokenizer[^/]*\\.model)");

  private static final Pattern PICKLED =
      Pattern.compile("(.*/)?pytorch_model(?:-\\d+-of-\\d+)?\\.bin");

  private static final Pattern EXPORTED = Pattern.compile("(?:.*/)?(?:onnx|openvino)/.*");

  /** Where a graph above two gigabytes keeps its weights. */
  private static final List<String> BESIDE_ONNX = List.of("", "_data", ".data");

  /** Tells which of all these files are fetched. */
  Predicate<String> of(Set<String> all) {
    boolean graph = all.stream().anyMatch(this::isGraph);
    // Where other modules have weights, a snapshot with theirs alone would pass for a whole model.
    boolean others = all.stream().anyMatch(file -> isTorch(file) && file.indexOf('/') >= 0);
    boolean torch = !graph || others;
    return file -> isGraph(file) || (isNeeded(file, all) && (torch || !isTorch(file)));
  }

  /** Whether a snapshot that has this file has what the transformer is made of. */
  boolean isWeights(String file) {
    String path = file.replace('\\', '/');
    return backend.kind() == Backend.Kind.TORCH ? isTorch(path) : isGraph(path);
  }

  private static boolean isTorch(String file) {
    return file.endsWith(".safetensors") || PICKLED.matcher(file).matches();
  }

  private static boolean isNeeded(String file, Set<String> all) {
    if (EXPORTED.matcher(file).matches()) {
      return false;
    }
    Matcher pickled = PICKLED.matcher(file);
    if (!pickled.matches()) {
      return NEEDED.matcher(file).matches();
    }
    String folder = Optional.ofNullable(pickled.group(1)).orElse("");
    boolean whole = all.contains(folder + "pytorch_model.bin");
    boolean shard = !file.endsWith("pytorch_model.bin");
    // Safetensors first, then the whole file: the order in which weights are looked for.
    return !all.contains(folder + "model.safetensors")
        && !all.contains(folder + "model.safetensors.index.json")
        && !(whole && shard);
  }

  private boolean isGraph(String file) {
    return graphs().anyMatch(graph -> file.equals(graph) || file.endsWith("/" + graph));
  }

  /** The exported file at its default place or where it is said to be, and what is beside it. */
  private Stream<String> graphs() {
    return switch (backend.kind()) {
      case TORCH -> Stream.empty();
      case ONNX -> {
        String name = backend.fileName().orElse("model.onnx");
        yield BESIDE_ONNX.stream().flatMap(end -> places(name + end));
      }
      case OPENVINO -> {
        String name = backend.fileName().orElse("openvino_model.xml");
        yield Stream.of(name, name.replaceFirst("\\.xml$", ".bin"))
            .distinct()
            .flatMap(this::places);
      }
    };
  }

  private Stream<String> places(String name) {
    String folder = backend.subfolder().map(text -> text.replaceFirst("/*$", "/")).orElse("");
    return Stream.of(folder + name, folder + backend.kind().key() + "/" + name);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds OpenVINO's C library and loads it once a process. Looked for in this order: where the
 * option says; the system property {@code weft.openvino}; the variables {@code OPENVINO_LIB},
 * {@code OPENVINO_LIB_PATHS} (a list, as OpenVINO's own bindings know it) and {@code
 * INTEL_OPENVINO_DIR}; among the native libraries on the class path and those of the system.
 */
final class OpenVinoLibrary {
  private static final String NAME = "openvino_c";
  private static final String FILE = System.mapLibraryName(NAME);
  private static final Map<String, String> OPTIONS =
      Map.of(Library.OPTION_STRING_ENCODING, "UTF-8");
  private static final Map<Path, OpenVinoApi> LOADED = new ConcurrentHashMap<>();

  /** Where archives of OpenVINO and its wheel keep the library, below what users name. */
  private static final List<String> FOLDERS =
      List.of("", "libs", "openvino/libs", "lib", "runtime/lib/intel64", "runtime/lib/aarch64");

  private OpenVinoLibrary() {}

  /**
   * The library.
   *
   * @param given a folder, or the file itself
   * @throws IllegalStateException if there is none, naming every place that was looked at
   */
  static OpenVinoApi load(Optional<String> given) {
    if (given.isPresent()) {
      return find(given.get())
          .map(OpenVinoLibrary::open)
          .orElseThrow(
              () -> missing("library \"" + given.get() + "\" holds no " + FILE, List.of()));
    }
    List<String> places = places();
    for (String place : places) {
      Optional<Path> file = find(place);
      if (file.isPresent()) {
        return open(file.get());
      }
    }
    try {
      return Native.load(NAME, OpenVinoApi.class, OPTIONS);
    } catch (UnsatisfiedLinkError e) {
      throw missing("backend openvino finds no " + FILE, places);
    }
  }

  private static List<String> places() {
    List<String> places = new ArrayList<>();
    add(System.getProperty("weft.openvino"), places);
    add(System.getenv("OPENVINO_LIB"), places);
    String list = System.getenv("OPENVINO_LIB_PATHS");
    if (list != null) {
      Arrays.stream(list.split("[:;]", -1)).forEach(place -> add(place, places));
    }
    add(System.getenv("INTEL_OPENVINO_DIR"), places);
    return places;
  }

  private static void add(@Nullable String place, List<String> places) {
    if (place != null && !place.isBlank()) {
      places.add(place);
    }
  }

  /** The file itself, or the one in a folder; the wheel has its version behind the name. */
  private static Optional<Path> find(String place) {
    Path path = Path.of(place);
    if (Files.isRegularFile(path)) {
      return Optional.of(path.toAbsolutePath());
    }
    return FOLDERS.stream()
        .map(path::resolve)
        .filter(Files::isDirectory)
        .flatMap(folder -> libraries(folder).stream())
        .findFirst();
  }

  private static List<Path> libraries(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> isLibrary(file.getFileName().toString()))
          .map(Path::toAbsolutePath)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isLibrary(String name) {
    boolean versioned =
        name.startsWith(FILE + ".")
            || (name.startsWith("lib" + NAME + ".") && name.endsWith(".dylib"));
    return name.equals(FILE) || versioned;
  }

  private static OpenVinoApi open(Path file) {
    try {
      return LOADED.computeIfAbsent(
          file, path -> Native.load(path.toString(), OpenVinoApi.class, OPTIONS));
    } catch (UnsatisfiedLinkError e) {
      throw new IllegalStateException(
          file + ": OpenVINO's library cannot be loaded (" + e.getMessage() + ")", e);
    }
  }

  private static IllegalStateException missing(String what, List<String> places) {
    return new IllegalStateException(
        what
            + (places.isEmpty() ? "" : " in " + places)
            + "; install OpenVINO (the Python package openvino holds the library in openvino/libs)"
            + " and name its folder with the option library or the variable OPENVINO_LIB");
  }
}

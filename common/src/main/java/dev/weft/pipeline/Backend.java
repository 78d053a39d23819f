// SPDX-License-Identifier: Apache-2.0
package dev.weft.pipeline;

import dev.weft.config.Dtype;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What runs the transformers of a model: the reference's {@code backend} with those of its {@code
 * model_args} that choose a file. Tokenising, pooling and everything behind it are the same with
 * all of them. Immutable.
 *
 * @param kind the runtime
 * @param fileName {@code file_name}: the model file, such as {@code model_O3.onnx} or {@code
 *     onnx/model_qint8_avx512_vnni.onnx}; without it {@code model.onnx} or {@code
 *     openvino_model.xml}
 * @param subfolder {@code subfolder}: the folder the file is in
 * @param provider {@code provider}: what ONNX Runtime runs on, such as {@code
 *     CUDAExecutionProvider}
 * @param library where OpenVINO's C library is, a folder or the file itself; without it the
 *     environment is searched
 * @param dtype {@code dtype}, before it {@code torch_dtype}: what torch multiplies in
 */
public record Backend(
    Kind kind,
    Optional<String> fileName,
    Optional<String> subfolder,
    Optional<String> provider,
    Optional<String> library,
    Dtype dtype) {
  /** The torch weights of a model, run by Weft's own architectures; the default. */
  public static final Backend TORCH = of(Kind.TORCH);

  private static final List<String> ARGS =
      List.of("dtype", "export", "file_name", "library", "provider", "subfolder", "torch_dtype");

  /** The runtimes, by the reference's names in lower case. */
  public enum Kind {
    /** The engine that also runs the other modules. */
    TORCH,
    /** ONNX Runtime. */
    ONNX,
    /** OpenVINO. */
    OPENVINO;

    /** The name users write. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Backend {
    if (kind == Kind.TORCH) {
      refuse("file_name", fileName, kind, "onnx or openvino");
      refuse("subfolder", subfolder, kind, "onnx or openvino");
    }
    if (kind != Kind.ONNX) {
      refuse("provider", provider, kind, "onnx");
    }
    if (kind != Kind.OPENVINO) {
      refuse("library", library, kind, "openvino");
    }
    if (kind != Kind.TORCH && dtype != Dtype.FLOAT32) {
      refuse("dtype", Optional.of(dtype.key()), kind, "torch");
    }
  }

  private static void refuse(String key, Optional<String> value, Kind kind, String home) {
    if (value.isPresent()) {
      throw new IllegalArgumentException(
          key + " \"" + value.get() + "\" is for backend " + home + ", not " + kind.key());
    }
  }

  private static Backend of(Kind kind) {
    return new Backend(
        kind,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Dtype.FLOAT32);
  }

  /**
   * A backend by its name, with the file it looks for by default.
   *
   * @param name {@code torch}, {@code onnx} or {@code openvino}
   * @throws IllegalArgumentException for another, listing these
   */
  public static Backend named(String name) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.key().equals(name))
        .map(Backend::of)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "backend \""
                        + name
                        + "\" is not known; known: "
                        + Arrays.stream(Kind.values())
                            .map(Kind::key)
                            .collect(Collectors.joining(", "))));
  }

  /** Whether these are keys of {@link #withArgs}. */
  public static boolean isArg(String key) {
    return ARGS.contains(key);
  }

  /**
   * This backend with {@code model_args}: {@code file_name}, {@code subfolder}, {@code provider},
   * {@code library}, {@code dtype}, and {@code export}, which may be false only.
   *
   * @throws IllegalArgumentException for other keys, and for those that are another backend's
   */
  public Backend withArgs(Map<String, ?> args) {
    Backend now = this;
    for (Map.Entry<String, ?> arg : args.entrySet()) {
      now = now.withArg(arg.getKey(), String.valueOf(arg.getValue()));
    }
    return now;
  }

  private Backend withArg(String key, String value) {
    Optional<String> given = Optional.of(value);
    return switch (key) {
      case "file_name" -> new Backend(kind, given, subfolder, provider, library, dtype);
      case "subfolder" -> new Backend(kind, fileName, given, provider, library, dtype);
      case "provider" -> new Backend(kind, fileName, subfolder, given, library, dtype);
      case "library" -> new Backend(kind, fileName, subfolder, provider, given, dtype);
      case "dtype", "torch_dtype" ->
          new Backend(kind, fileName, subfolder, provider, library, Dtype.named(value));
      case "export" -> {
        if (!value.toLowerCase(Locale.ROOT).equals("false")) {
          throw new IllegalArgumentException("export \"" + value + "\": " + exporting("onnx"));
        }
        yield this;
      }
      default ->
          throw new IllegalArgumentException(
              "\"" + key + "\" is not known; known: " + String.join(", ", ARGS));
    };
  }

  /** What to do where an exported model is missing. */
  public static String exporting(String backend) {
    return "models are not exported here; let Python do it once: SentenceTransformer(model,"
        + " backend=\""
        + backend
        + "\").save_pretrained(directory)";
  }
}

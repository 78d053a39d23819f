// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import dev.weft.pipeline.Backend;
import java.util.Map;

/**
 * How a model is loaded and run; the same for every call.
 *
 * @param device {@code auto} (the first GPU, else the CPU), {@code cpu}, {@code cuda} or {@code
 *     cuda:1}
 * @param workers batches that run at once on a CPU, each on one core; zero for one a core
 * @param batchTokens the most padded tokens of a batch; zero for a default that keeps a batch's
 *     activations in a CPU's cache, or fills a GPU
 * @param backend what runs the transformers: torch, or ONNX Runtime or OpenVINO on exported files
 */
public record EmbedderOptions(String device, int workers, int batchTokens, Backend backend) {
  /** Everything chosen by the machine. */
  public static final EmbedderOptions DEFAULT = new EmbedderOptions("auto", 0, 0, Backend.TORCH);

  public EmbedderOptions {
    if (workers < 0 || batchTokens < 0) {
      throw new IllegalArgumentException(
          "workers and batchTokens must not be negative: " + workers + ", " + batchTokens);
    }
  }

  /** Whether the engine itself runs the transformers, and not another runtime. */
  public boolean usesTorch() {
    return backend.kind() == Backend.Kind.TORCH;
  }

  public EmbedderOptions withDevice(String device) {
    return new EmbedderOptions(device, workers, batchTokens, backend);
  }

  public EmbedderOptions withWorkers(int workers) {
    return new EmbedderOptions(device, workers, batchTokens, backend);
  }

  public EmbedderOptions withBatchTokens(int batchTokens) {
    return new EmbedderOptions(device, workers, batchTokens, backend);
  }

  public EmbedderOptions withBackend(Backend backend) {
    return new EmbedderOptions(device, workers, batchTokens, backend);
  }

  /**
   * As {@code SentenceTransformer(backend=…, model_kwargs=…)}.
   *
   * @param name {@code torch}, {@code onnx} or {@code openvino}
   * @param modelArgs {@code file_name}, {@code subfolder}, {@code provider}, {@code library},
   *     {@code dtype}
   * @throws IllegalArgumentException if either is not known, or they do not fit
   */
  public EmbedderOptions withBackend(String name, Map<String, String> modelArgs) {
    return withBackend(Backend.named(name).withArgs(modelArgs));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDArray;
import dev.weft.module.Pooling;
import dev.weft.module.PoolingMode;
import dev.weft.module.Transformer;
import dev.weft.pipeline.Features;
import dev.weft.pipeline.Key;
import dev.weft.pipeline.Module;
import dev.weft.pipeline.ModuleSpec;
import dev.weft.pipeline.Pipeline;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** A module behind a transformer that fails where a batch has a token, or a size, it dislikes. */
final class Tripwire implements Module {
  private final LongPredicate badToken;
  private final IntPredicate badSize;
  private final String message;

  /** Rows of every batch that came, failed ones included. */
  final List<Integer> batches = new CopyOnWriteArrayList<>();

  private Tripwire(LongPredicate badToken, IntPredicate badSize, String message) {
    this.badToken = badToken;
    this.badSize = badSize;
    this.message = message;
  }

  static Tripwire onToken(long id, String message) {
    return new Tripwire(token -> token == id, size -> false, message);
  }

  static Tripwire onSize(IntPredicate bad, String message) {
    return new Tripwire(token -> false, bad, message);
  }

  /** A small model with this behind its transformer; all texts of a window make one batch. */
  Embedder model() {
    return Embedder.build(
        dev.weft.store.ModelSettings.DEFAULT,
        EmbedderOptions.DEFAULT.withWorkers(1).withBatchTokens(1 << 20),
        scope ->
            new Pipeline(
                List.of(
                    Transformer.load(scope.folder(TestModel.of("pooling-mean").toString())),
                    this,
                    new Pooling(32, PoolingMode.MEAN))));
  }

  @Override
  public Features forward(Features features) {
    NDArray ids = features.get(Features.INPUT_IDS);
    int rows = (int) ids.getShape().get(0);
    batches.add(rows);
    if (badSize.test(rows) || LongStream.of(ids.toLongArray()).anyMatch(badToken)) {
      throw new IllegalStateException(message);
    }
    return features;
  }

  @Override
  public Set<Key<?>> needs() {
    return Set.of(Features.INPUT_IDS);
  }

  @Override
  public Set<Key<?>> adds() {
    return Set.of();
  }

  @Override
  public int width(int inputWidth) {
    return inputWidth;
  }

  @Override
  public String name() {
    return "Tripwire";
  }

  @Override
  public String settings() {
    return "";
  }

  @Override
  public ModuleSpec spec() {
    return ModuleSpec.of(name());
  }
}

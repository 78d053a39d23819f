// SPDX-License-Identifier: Apache-2.0
package dev.weft.serve;

import dev.weft.EncodeCounters;
import dev.weft.EncodeOptions;
import dev.weft.TextFailure;
import dev.weft.VectorSink;
import dev.weft.pipeline.EncodeException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A model whose vectors are known without one: numbers drawn from the text and its task. Texts that
 * begin with {@link #POISON} have no vector. Calls can be held at a gate.
 */
public final class FakeTextEncoder implements TextEncoder {
  public static final int WIDTH = 8;

  /** A text that cannot be encoded. */
  public static final String POISON = "poison";

  /** A text on which the model breaks. */
  public static final String FATAL = "fatal";

  /** A text at which the device fails. */
  public static final String DEVICE = "device";

  private static final int ALWAYS_OPEN = 1 << 30;

  private final Object model;
  private final int workers;
  private final int batchTokens;
  private final List<List<String>> calls = new CopyOnWriteArrayList<>();
  private final Semaphore started = new Semaphore(0);
  private final Semaphore gate = new Semaphore(ALWAYS_OPEN);
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger closes = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger called = new AtomicInteger();
  private final AtomicLong texts = new AtomicLong();
  private volatile boolean forgetful;

  public FakeTextEncoder(Object model, int workers, int batchTokens) {
    this.model = model;
    this.workers = workers;
    this.batchTokens = batchTokens;
  }

  /** What {@link #encode} gives for a text. */
  public static float[] vector(String text, EncodeOptions options) {
    Random random = new Random(31L * text.hashCode() + options.task().hashCode());
    float[] vector = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  @Override
  public void encode(List<String> batch, List<EncodeOptions> options, VectorSink sink) {
    running.incrementAndGet();
    try {
      if (!forgetful) {
        calls.add(List.copyOf(batch));
      }
      called.incrementAndGet();
      started.release();
      gate.acquire();
      if (batch.stream().anyMatch(text -> text.startsWith(FATAL))) {
        throw new EncodeException("in a worker", new AssertionError("the device is gone"));
      }
      if (batch.stream().anyMatch(text -> text.startsWith(DEVICE))) {
        throw new EncodeException("CUDA out of memory");
      }
      // Before the vectors go out: who has one may look at the counters.
      texts.addAndGet(batch.size());
      // In an order of its own and in two parts, as the model's workers do.
      List<Integer> rows = new ArrayList<>();
      for (int i = batch.size() - 1; i >= 0; i--) {
        String text = batch.get(i);
        if (text.startsWith(POISON)) {
          sink.failed(i, new TextFailure(text, new EncodeException("cannot encode " + text)));
        } else {
          rows.add(i);
        }
      }
      int half = rows.size() / 2;
      emit(rows.subList(0, half), batch, options, sink);
      emit(rows.subList(half, rows.size()), batch, options, sink);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EncodeException("interrupted while encoding");
    } finally {
      running.decrementAndGet();
    }
  }

  private static void emit(
      List<Integer> rows, List<String> batch, List<EncodeOptions> options, VectorSink sink) {
    if (rows.isEmpty()) {
      return;
    }
    FloatBuffer values = FloatBuffer.allocate(rows.size() * WIDTH);
    rows.forEach(row -> values.put(vector(batch.get(row), options.get(row))));
    sink.accept(rows.stream().mapToInt(Integer::intValue).toArray(), WIDTH, values.flip());
  }

  /** From here on a call waits for {@link #release}. */
  public void hold() {
    gate.drainPermits();
  }

  /** Lets calls through. */
  public void release(int count) {
    gate.release(count);
  }

  /** Lets all calls through. */
  public void open() {
    gate.drainPermits();
    gate.release(ALWAYS_OPEN);
  }

  /** Returns when a call has begun, once for each. */
  public void awaitCall() throws InterruptedException {
    started.acquire();
  }

  /** Keeps no texts of calls, for tests of memory. */
  public void forgetCalls() {
    forgetful = true;
  }

  /** The texts of each call. */
  public List<List<String>> calls() {
    return calls;
  }

  public int running() {
    return running.get();
  }

  public int closes() {
    return closes.get();
  }

  /** Returns when the model has been closed. */
  public void awaitClosed() throws InterruptedException {
    closed.await();
  }

  @Override
  public int workers() {
    return workers;
  }

  @Override
  public int batchTokens(EncodeOptions options) {
    return batchTokens;
  }

  @Override
  public EncodeCounters counters() {
    return new EncodeCounters(
        called.get(), texts.get(), texts.get() * 3, texts.get() * 4, texts.get() * 5, 0, 0, 0, 0);
  }

  @Override
  public Object model() {
    return model;
  }

  @Override
  public void close() {
    if (running.get() > 0) {
      throw new IllegalStateException("closed while a batch runs");
    }
    closes.incrementAndGet();
    closed.countDown();
  }
}

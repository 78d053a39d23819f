// SPDX-License-Identifier: Apache-2.0
package dev.weft;

import ai.djl.ndarray.NDManager;
import dev.weft.pipeline.Pipeline;
import dev.weft.text.LongTexts;
import dev.weft.text.TextBatch;
import dev.weft.text.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * One call of a model: takes its texts in bounded windows, tokenises a window, cuts it into batches
 * and has the workers run them.
 *
 * <p>Where a batch fails, its halves are run, and halves of those, until a failure belongs to one
 * text: the others have their vectors as if it had not been there. A device that is out of memory
 * is no text's fault, but halves may still fit.
 *
 * @param <T> what is made of a batch
 */
final class EncodeCall<T> {
  /**
   * A window's texts are tokenised and sorted together; a larger one would only hold more memory.
   */
  private static final int WINDOW_TEXTS = 4096;

  private static final int WINDOW_CHARS = 8 << 20;

  private final Model model;
  private final List<String> texts;
  private final EncodeOptions options;
  private final BatchOutput<T> output;
  private final EncodeMeter[] meters;
  private final AtomicLong done = new AtomicLong();
  private final Set<Integer> failed = ConcurrentHashMap.newKeySet();

  /**
   * What calls share.
   *
   * @param meter counts all calls
   */
  record Model(Pipeline pipeline, NDManager device, Workers workers, EncodeMeter meter) {}

  EncodeCall(Model model, List<String> texts, EncodeOptions options, BatchOutput<T> output) {
    this.model = model;
    this.texts = texts;
    this.options = options;
    this.output = output;
    this.meters =
        Stream.concat(Stream.of(model.meter), options.meter().stream()).toArray(EncodeMeter[]::new);
  }

  /**
   * Encodes all texts.
   *
   * @param prompt in front of every text
   * @param budget the most padded tokens of a batch
   */
  void run(String prompt, int budget) {
    for (int start = 0; start < texts.size(); ) {
      int end = windowEnd(start);
      List<String> window = texts.subList(start, end);
      TextBatch batch = new TextBatch(window, prompt, options.task(), options.longTexts());
      int first = start;
      model.workers.seated(() -> run(batch, first, budget));
      start = end;
    }
  }

  private int windowEnd(int start) {
    int end = start;
    long chars = 0;
    while (end < texts.size()
        && end - start < WINDOW_TEXTS
        && (end == start || chars < WINDOW_CHARS)) {
      String text = texts.get(end);
      if (text == null) {
        throw new IllegalArgumentException(
            "texts[" + end + "] is null; drop nulls or replace them by \"\"");
      }
      chars += text.length();
      end++;
    }
    return end;
  }

  private void run(TextBatch texts, int first, int budget) {
    long start = System.nanoTime();
    Tokens tokens = model.pipeline.tokenize(texts);
    long tokenized = System.nanoTime();
    for (EncodeMeter meter : meters) {
      meter.tokenized(tokenized - start, tokens.cutRows());
    }
    boolean anyCut = tokens.cutRows() > 0;
    boolean refuse = anyCut && options.longTexts() == LongTexts.FAIL;
    if (refuse || (anyCut && options.reportsLongTexts())) {
      tellOfLong(tokens, first);
    }
    output.begin(tokens, first);
    AtomicBoolean begun = new AtomicBoolean();
    model.workers.run(
        BatchPlan.cut(tokens, budget, model.workers.count(), row -> !refuse || !tokens.isCut(row)),
        rows -> {
          if (begun.compareAndSet(false, true)) {
            waited(System.nanoTime() - tokenized);
          }
          run(tokens, rows, first);
        });
    output.end();
  }

  private void tellOfLong(Tokens tokens, int first) {
    for (int row = 0; row < tokens.rows(); row++) {
      if (!tokens.isCut(row)) {
        continue;
      }
      String whole = "it has " + tokens.wholeLength(row) + " tokens, ";
      if (options.reportsLongTexts()) {
        output.cut(first + row, whole + "of which the model took " + tokens.length(row));
      } else {
        String reason = whole + "the model takes at most " + tokens.length(row);
        fail(first + row, new IllegalArgumentException(reason));
        report(1);
      }
    }
  }

  private void waited(long nanos) {
    for (EncodeMeter meter : meters) {
      meter.waited(nanos);
    }
  }

  private void run(Tokens tokens, int[] rows, int first) {
    Optional<RuntimeException> failure = tryRun(tokens, rows, first);
    if (failure.isEmpty()) {
      report(texts(tokens, rows));
    } else if (rows.length > 1) {
      run(tokens, Arrays.copyOf(rows, rows.length / 2), first);
      run(tokens, Arrays.copyOfRange(rows, rows.length / 2, rows.length), first);
    } else if (TextFailure.isOfTheDevice(failure.get())) {
      throw failure.get();
    } else {
      fail(first + tokens.text(rows[0]), failure.get());
      report(texts(tokens, rows));
    }
  }

  /** How many texts begin in these rows: of a split text, only the first window counts. */
  private static int texts(Tokens tokens, int[] rows) {
    int texts = 0;
    for (int row : rows) {
      texts += row == 0 || tokens.text(row) != tokens.text(row - 1) ? 1 : 0;
    }
    return texts;
  }

  /** What the model throws is returned; what the output throws is not about a text. */
  private Optional<RuntimeException> tryRun(Tokens tokens, int[] rows, int first) {
    long start = System.nanoTime();
    try (NDManager scope = model.device.newSubManager()) {
      Tokens batch = tokens.select(rows);
      T made;
      try {
        made = output.make(model.pipeline.forward(batch, scope));
      } catch (RuntimeException e) {
        return Optional.of(e);
      }
      output.accept(Arrays.stream(rows).map(row -> first + tokens.text(row)).toArray(), rows, made);
      long positions = model.pipeline.input(batch.task()).positions(batch);
      long nanos = System.nanoTime() - start;
      for (EncodeMeter meter : meters) {
        meter.ran(nanos, texts(tokens, rows), batch.total(), positions);
      }
      return Optional.empty();
    }
  }

  /** Windows of one text may fail one by one. */
  private void fail(int text, RuntimeException cause) {
    if (!failed.add(text)) {
      return;
    }
    for (EncodeMeter meter : meters) {
      meter.failed();
    }
    output.failed(text, TextFailure.of(texts.get(text), cause));
  }

  private void report(int rows) {
    synchronized (done) {
      options.progress().update(done.addAndGet(rows), texts.size());
    }
  }
}

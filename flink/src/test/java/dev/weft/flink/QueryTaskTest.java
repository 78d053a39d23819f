// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.EncodeOptions;
import dev.weft.flink.BatchOptions.OnError;
import dev.weft.serve.EmbedderCache;
import dev.weft.serve.EmbedderSpec;
import dev.weft.serve.FakeTextEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.streaming.util.MockStreamingRuntimeContext;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.FunctionContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the functions of queries promise, without a planner. */
@Timeout(60)
class QueryTaskTest {
  /** Nobody waits that long: rows must come for another reason. */
  private static final BatchOptions OPTIONS =
      BatchOptions.DEFAULT.withCapacity(4).withLinger(Duration.ofHours(1));

  private static final ModelColumns FLOATS = new ModelColumns(ModelColumns.Components.FLOAT);

  private final FunctionContext context =
      new FunctionContext(new MockStreamingRuntimeContext(1, 0));

  private FakeTextEncoder encoder;

  @BeforeEach
  void load() {
    encoder = FakeModels.load(1, 1 << 20);
  }

  private static RowData row(String text) {
    return GenericRowData.of(StringData.fromString(text));
  }

  @Test
  void aSubtaskWhoseRowsAllWaitIsNotLeftWaiting() throws Exception {
    AsyncEmbedPredict function = new AsyncEmbedPredict(FLOATS, FakeModels.textPlan(OPTIONS));
    function.open(context);
    List<CompletableFuture<Collection<RowData>>> results = new ArrayList<>();
    for (String text : List.of("a", "bc", "", "d")) {
      CompletableFuture<Collection<RowData>> result = new CompletableFuture<>();
      function.eval(result, StringData.fromString(text));
      results.add(result);
    }

    RowData third = results.get(2).get().iterator().next();

    assertThat(third.getArray(0).toFloatArray())
        .isEqualTo(FakeTextEncoder.vector("", EncodeOptions.DEFAULT));
    assertThat(encoder.calls()).containsExactly(List.of("a", "bc", "", "d"));
    function.close();
    assertThat(encoder.closes()).isEqualTo(1);
  }

  @Test
  void nullHasNoVectorAndNoCallOfTheModel() throws Exception {
    AsyncEmbedPredict function = new AsyncEmbedPredict(FLOATS, FakeModels.textPlan(OPTIONS));
    function.open(context);
    RowData result =
        function.asyncPredict(GenericRowData.of((Object) null)).get().iterator().next();
    assertThat(result.isNullAt(0)).isTrue();
    function.close();
    assertThat(encoder.calls()).isEmpty();
  }

  @Test
  void aTextThatCannotBeEncodedFailsTheQueryOrIsNull() throws Exception {
    EmbedPredict failing = new EmbedPredict(FLOATS, FakeModels.textPlan(OPTIONS.withCapacity(1)));
    failing.open(context);
    assertThatThrownBy(() -> failing.predict(row("poison")))
        .hasMessage("a row could not be embedded (cannot encode poison)");
    failing.close();

    load();
    EmbedPredict lenient =
        new EmbedPredict(
            FLOATS, FakeModels.textPlan(OPTIONS.withCapacity(1).withOnError(OnError.NULL)));
    lenient.open(context);
    assertThat(lenient.predict(row("poison")).iterator().next().isNullAt(0)).isTrue();
    assertThat(lenient.predict(row("good")).iterator().next().getArray(0).toFloatArray())
        .isEqualTo(FakeTextEncoder.vector("good", EncodeOptions.DEFAULT));
    assertThatThrownBy(() -> lenient.predict(row("fatal")))
        .hasMessage("the model broke (the device is gone)");
    lenient.close();
  }

  @Test
  void optionsOfEncodingMayDifferRowByRowAndThoseOfLoadingMayNot() throws Exception {
    EmbedCalls calls = new EmbedCalls(FakeModels.textPlan(OPTIONS.withCapacity(1)), context);
    Map<String, String> query = Map.of("task", "query", "workers", "2");

    assertThat(calls.vector("a", query).get())
        .isEqualTo(FakeTextEncoder.vector("a", EncodeOptions.DEFAULT.withTask("query")));
    assertThat(calls.vector("a", Map.of("task", "document", "workers", "2")).get())
        .isEqualTo(FakeTextEncoder.vector("a", EncodeOptions.DEFAULT.withTask("document")));
    assertThatThrownBy(() -> calls.vector("a", Map.of("workers", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "embed: one row's options load the model as model=fake, device=auto, workers=2,"
                + " batchTokens=auto, task=document, another's as model=fake, device=auto,"
                + " workers=1, batchTokens=auto; prompt, promptName, task, truncateDim, normalize"
                + " and longTexts may differ from row to row, other options may not");
    assertThatThrownBy(() -> calls.vector("a", Map.of("onError", "null")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "embed: option \"onError\" of the spec does nothing in Flink; in Java use"
                + " BatchOptions.withOnError, in SQL the option \"onError\" of CREATE MODEL");
    assertThatThrownBy(() -> calls.vector("a", null))
        .hasMessage("embed: the options are NULL; leave them out instead");
    calls.close();
    assertThat(encoder.closes()).isEqualTo(1);
  }

  @Test
  void modelsThatNobodyHoldsAreClosedLater() {
    List<Runnable> later = new ArrayList<>();
    QueryTask task = QueryTask.open(FakeModels.textPlan(OPTIONS), context, later::add);
    assertThat(later).isEmpty();
    task.close();
    assertThat(later).hasSize(1);
  }

  @Test
  void aModelOfAnotherQueryThatHasJustBeenGivenBackStays() {
    EmbedderCache models = EmbedderCache.shared();
    models.closeIdle();
    models.acquire(EmbedderSpec.of(LocalTables.STATIC, Map.of())).close();
    long loaded = models.models();

    QueryTask.open(FakeModels.textPlan(OPTIONS), context, Runnable::run).close();

    assertThat(models.models()).isEqualTo(loaded).isPositive();
    models.closeIdle();
  }

  @Test
  void rowsOutsideOpenAndCloseAreRefused() {
    AsyncEmbedPredict function = new AsyncEmbedPredict(FLOATS, FakeModels.textPlan(OPTIONS));
    assertThatThrownBy(() -> function.asyncPredict(row("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("rows came outside open and close");
  }
}

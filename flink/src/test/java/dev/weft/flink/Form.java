// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.AsyncDataStream.OutputMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.async.AsyncWaitOperatorFactory;

/** The two ways to embed a stream in batches, which must keep the same promises. */
enum Form {
  ASYNC {
    @Override
    OneInputStreamOperatorFactory<Tuple2<Integer, String>, String> factory(BatchOptions options) {
      return new AsyncWaitOperatorFactory<>(
          new EmbedAsyncFunction<>(FakeModels.plan(options), FakeModels.JOINER),
          options.timeout().toMillis(),
          options.capacity(),
          OutputMode.valueOf(options.order().name()));
    }

    @Override
    SingleOutputStreamOperator<String> embed(
        DataStream<Tuple2<Integer, String>> rows, BatchOptions options) {
      return Weft.embed(rows, FakeModels.JOINER, FakeModels.plan(options));
    }
  },

  OPERATOR {
    @Override
    OneInputStreamOperatorFactory<Tuple2<Integer, String>, String> factory(BatchOptions options) {
      return new EmbedOperatorFactory<>(
          FakeModels.plan(options), FakeModels.JOINER, FakeModels.ROW);
    }

    @Override
    SingleOutputStreamOperator<String> embed(
        DataStream<Tuple2<Integer, String>> rows, BatchOptions options) {
      return Weft.embedBatched(rows, FakeModels.JOINER, FakeModels.plan(options));
    }
  };

  abstract OneInputStreamOperatorFactory<Tuple2<Integer, String>, String> factory(
      BatchOptions options);

  abstract SingleOutputStreamOperator<String> embed(
      DataStream<Tuple2<Integer, String>> rows, BatchOptions options);
}

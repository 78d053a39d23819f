// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes the operator where it runs, with that task's mailbox. */
final class EmbedOperatorFactory<IN, OUT> extends AbstractStreamOperatorFactory<OUT>
    implements OneInputStreamOperatorFactory<IN, OUT> {
  private static final long serialVersionUID = 1L;

  private final EmbedPlan<IN> plan;
  private final VectorJoiner<IN, OUT> joiner;
  private final TypeInformation<IN> type;

  EmbedOperatorFactory(EmbedPlan<IN> plan, VectorJoiner<IN, OUT> joiner, TypeInformation<IN> type) {
    this.plan = plan;
    this.joiner = joiner;
    this.type = type;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The interface's own.
  public <T extends StreamOperator<OUT>> T createStreamOperator(
      StreamOperatorParameters<OUT> parameters) {
    return (T) new EmbedOperator<>(parameters, plan, joiner, type);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return EmbedOperator.class;
  }
}

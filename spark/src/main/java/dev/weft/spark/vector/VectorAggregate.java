// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.CatalystProduct;
import dev.weft.spark.catalyst.ScalaCollections;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.aggregate.ImperativeAggregate;
import org.apache.spark.sql.catalyst.expressions.aggregate.TypedImperativeAggregate;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * A call of {@code vector_sum} or {@code vector_avg}. NULL vectors and vectors with a NULL element
 * do not count; without any other the result is NULL.
 *
 * <p>Public only because Catalyst copies nodes by reflection, through the one constructor whose
 * parameters are the product's elements.
 */
public final class VectorAggregate extends TypedImperativeAggregate<VectorSummary>
    implements CatalystProduct, Serializable {
  private static final long serialVersionUID = 1L;

  private static final DataType TYPE = DataTypes.createArrayType(DataTypes.FloatType, false);

  private final Expression vector;
  private final VectorAggregation aggregation;
  private final int mutableAggBufferOffset;
  private final int inputAggBufferOffset;

  /** The offsets say where in Spark's rows the buffer lies. */
  public VectorAggregate(
      Expression vector,
      VectorAggregation aggregation,
      int mutableAggBufferOffset,
      int inputAggBufferOffset) {
    this.vector = vector;
    this.aggregation = aggregation;
    this.mutableAggBufferOffset = mutableAggBufferOffset;
    this.inputAggBufferOffset = inputAggBufferOffset;
  }

  @Override
  public TypeCheckResult checkInputDataTypes() {
    return VectorTypes.check(List.of(vector), List.of(VectorTypes.VECTOR));
  }

  @Override
  public VectorSummary createAggregationBuffer() {
    return new VectorSummary();
  }

  @Override
  public VectorSummary update(VectorSummary summary, InternalRow row) {
    if (vector.eval(row) instanceof ArrayData array && !FloatArrays.hasNull(array)) {
      summary.add(array, prettyName());
    }
    return summary;
  }

  @Override
  public VectorSummary merge(VectorSummary summary, VectorSummary other) {
    summary.add(other, prettyName());
    return summary;
  }

  @Override
  public @Nullable Object eval(VectorSummary summary) {
    return summary.count() == 0
        ? null
        : UnsafeArrayData.fromPrimitiveArray(aggregation.result(summary));
  }

  @Override
  public byte[] serialize(VectorSummary summary) {
    return summary.toBytes();
  }

  @Override
  public VectorSummary deserialize(byte[] bytes) {
    return VectorSummary.fromBytes(bytes);
  }

  @Override
  public int mutableAggBufferOffset() {
    return mutableAggBufferOffset;
  }

  @Override
  public ImperativeAggregate withNewMutableAggBufferOffset(int offset) {
    return new VectorAggregate(vector, aggregation, offset, inputAggBufferOffset);
  }

  @Override
  public int inputAggBufferOffset() {
    return inputAggBufferOffset;
  }

  @Override
  public ImperativeAggregate withNewInputAggBufferOffset(int offset) {
    return new VectorAggregate(vector, aggregation, mutableAggBufferOffset, offset);
  }

  @Override
  public boolean nullable() {
    return true;
  }

  @Override
  public DataType dataType() {
    return TYPE;
  }

  @Override
  public String prettyName() {
    return aggregation.functionName();
  }

  @Override
  public Seq<Expression> children() {
    return ScalaCollections.seq(List.of(vector));
  }

  @Override
  public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
    return new VectorAggregate(
        newChildren.head(), aggregation, mutableAggBufferOffset, inputAggBufferOffset);
  }

  @Override
  public List<Object> constructorArguments() {
    return List.of(vector, aggregation, mutableAggBufferOffset, inputAggBufferOffset);
  }

  @Override
  public boolean equals(Object other) {
    return isSame(other);
  }

  @Override
  public int hashCode() {
    return hash();
  }
}

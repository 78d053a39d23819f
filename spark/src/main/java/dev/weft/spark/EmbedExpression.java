// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Unevaluable;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * A call of {@code embed} where the user wrote it. It never computes anything: {@link
 * ExtractEmbeds} replaces it by an attribute that {@link EmbedNode} produces. Being {@link
 * Unevaluable} keeps Spark from running it on the driver, row by row, when it folds constants or
 * local relations.
 */
public final class EmbedExpression extends Expression implements Unevaluable {
  private static final long serialVersionUID = 1L;

  private static final DataType TYPE = DataTypes.createArrayType(DataTypes.FloatType, false);

  private final Seq<Expression> inputs;
  private final EmbedderSpec spec;

  /** The text, and the task where it is a column. */
  EmbedExpression(Expression text, Optional<Expression> task, EmbedderSpec spec) {
    this(
        ScalaSeqs.of(task.map(column -> List.of(text, column)).orElseGet(() -> List.of(text))),
        spec);
  }

  public EmbedExpression(Seq<Expression> inputs, EmbedderSpec spec) {
    this.inputs = inputs;
    this.spec = spec;
  }

  private Expression text() {
    return inputs.head();
  }

  @Override
  public Seq<Expression> children() {
    return inputs;
  }

  EmbedderSpec spec() {
    return spec;
  }

  @Override
  public DataType dataType() {
    return TYPE;
  }

  /** A null text has no vector. */
  @Override
  public boolean nullable() {
    return text().nullable();
  }

  @Override
  public TypeCheckResult checkInputDataTypes() {
    DataType type = text().dataType();
    if (type instanceof StringType || type instanceof NullType) {
      return TypeCheckResult.TypeCheckSuccess$.MODULE$;
    }
    String hint =
        type instanceof ArrayType
            ? "; explode the array, or join it with array_join"
            : "; cast it with CAST(… AS STRING)";
    return new TypeCheckResult.TypeCheckFailure(
        "embed() takes a text, but " + text().sql() + " is of type " + type.sql() + hint);
  }

  @Override
  public String prettyName() {
    return EmbedFunction.NAME;
  }

  @Override
  public boolean foldable() {
    return false;
  }

  /**
   * Tells Spark 4.2 not to copy a call when it pushes a filter on it through a projection; there it
   * overrides a method that 4.1 does not have.
   */
  public boolean expensive() {
    return true;
  }

  @Override
  public Object eval(InternalRow input) {
    throw notEvaluable();
  }

  @Override
  public ExprCode doGenCode(CodegenContext context, ExprCode code) {
    throw notEvaluable();
  }

  private static UnsupportedOperationException notEvaluable() {
    return new UnsupportedOperationException(
        "embed() stands where Weft cannot run it; put it into a column first with withColumn");
  }

  @Override
  public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
    return new EmbedExpression(newChildren, spec);
  }

  // Catalyst rebuilds and compares nodes through scala.Product: the constructor's arguments in
  // order.

  @Override
  public int productArity() {
    return 2;
  }

  @Override
  public Object productElement(int index) {
    return switch (index) {
      case 0 -> inputs;
      case 1 -> spec;
      default -> throw new IndexOutOfBoundsException(index);
    };
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof EmbedExpression;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EmbedExpression that
        && inputs.equals(that.inputs)
        && spec.equals(that.spec);
  }

  @Override
  public int hashCode() {
    return 31 * inputs.hashCode() + spec.hashCode();
  }
}

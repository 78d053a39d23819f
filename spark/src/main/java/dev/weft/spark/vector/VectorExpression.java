// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import dev.weft.spark.catalyst.CatalystProduct;
import dev.weft.spark.catalyst.ScalaCollections;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * A call of a {@link VectorFunction}: NULL for a NULL argument, else what {@link VectorMath}
 * computes, called from Spark's generated code or, where there is none, by reflection.
 *
 * <p>Public only because Catalyst copies nodes by reflection, through the one constructor whose
 * parameters are the product's elements.
 */
public final class VectorExpression extends Expression implements CatalystProduct, Serializable {
  private static final long serialVersionUID = 1L;

  private final Seq<Expression> arguments;
  private final VectorFunction function;

  /** Arguments as the function declares them, none left out. */
  public VectorExpression(Seq<Expression> arguments, VectorFunction function) {
    this.arguments = arguments;
    this.function = function;
  }

  @Override
  public TypeCheckResult checkInputDataTypes() {
    return VectorTypes.check(ScalaCollections.list(arguments), function.inputTypes());
  }

  @Override
  public Object eval(InternalRow input) {
    return call(arguments).eval(input);
  }

  @Override
  public ExprCode doGenCode(CodegenContext context, ExprCode code) {
    List<Expression> inputs = new ArrayList<>();
    for (Expression argument : ScalaCollections.list(arguments)) {
      inputs.add(packed(argument));
    }
    return call(ScalaCollections.seq(inputs)).doGenCode(context, code);
  }

  private StaticInvoke call(Seq<Expression> inputs) {
    List<Expression> all = new ArrayList<>(ScalaCollections.list(inputs));
    List<AbstractDataType> types = new ArrayList<>(function.inputTypes());
    all.add(Literal.create(UTF8String.fromString(function.functionName()), DataTypes.StringType));
    types.add(DataTypes.StringType);
    return new StaticInvoke(
        VectorMath.class,
        function.resultType(),
        function.method(),
        ScalaCollections.seq(all),
        ScalaCollections.seq(types),
        true,
        true,
        true,
        Option.empty());
  }

  /** A constant vector is an array of boxed floats, which every row would unbox again. */
  private static Expression packed(Expression argument) {
    if (argument.foldable()
        && argument.eval(null) instanceof ArrayData array
        && !FloatArrays.hasNull(array)) {
      return new Literal(
          UnsafeArrayData.fromPrimitiveArray(array.toFloatArray()), argument.dataType());
    }
    return argument;
  }

  @Override
  public boolean foldable() {
    return ScalaCollections.list(arguments).stream().allMatch(Expression::foldable);
  }

  /** A vector that is not NULL may hold an element that is. */
  @Override
  public boolean nullable() {
    return true;
  }

  @Override
  public boolean nullIntolerant() {
    return true;
  }

  @Override
  public boolean throwable() {
    return true;
  }

  @Override
  public DataType dataType() {
    return function.resultType();
  }

  @Override
  public String prettyName() {
    return function.functionName();
  }

  @Override
  public Seq<Expression> children() {
    return arguments;
  }

  @Override
  public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
    return new VectorExpression(newChildren, function);
  }

  @Override
  public List<Object> constructorArguments() {
    return List.of(arguments, function);
  }

  @Override
  public boolean equals(Object other) {
    return isSame(other);
  }

  @Override
  public int hashCode() {
    return 31 * arguments.hashCode() + function.name().hashCode();
  }
}

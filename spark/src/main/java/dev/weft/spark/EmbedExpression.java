// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.catalyst.CatalystProduct;
import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.Unevaluable;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * A call of {@code embed} where the user wrote it. It never computes anything: {@link
 * ExtractEmbeds} replaces it by an attribute that {@link EmbedNode} produces. Being {@link
 * Unevaluable} keeps Spark from running it on the driver, row by row, when it folds constants or
 * local relations.
 */
public final class EmbedExpression extends Expression implements Unevaluable, CatalystProduct {
  private static final long serialVersionUID = 1L;

  private final Seq<Expression> inputs;
  private final EmbedderSpec spec;

  /** The text, and the options that are columns, each in its place. */
  EmbedExpression(Expression text, Map<RowOption, Expression> columns, EmbedderSpec spec) {
    this(ScalaCollections.seq(inputs(text, columns)), spec);
  }

  private static List<Expression> inputs(Expression text, Map<RowOption, Expression> columns) {
    List<Expression> inputs = new ArrayList<>(List.of(text));
    if (!columns.isEmpty()) {
      Literal none = Literal.create(null, DataTypes.StringType);
      Arrays.stream(RowOption.values()).forEach(o -> inputs.add(columns.getOrDefault(o, none)));
    }
    return inputs;
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
    return ResultType.of(text().dataType(), spec.onError());
  }

  /** A null text has no vector. */
  @Override
  public boolean nullable() {
    return text().nullable() || ResultType.losesTexts(text().dataType(), spec.onError());
  }

  @Override
  public TypeCheckResult checkInputDataTypes() {
    DataType type = text().dataType();
    if (ResultType.isText(type)) {
      return TypeCheckResult.TypeCheckSuccess$.MODULE$;
    }
    String texts = ResultType.isMany(type) ? "ARRAY<STRING>" : "STRING";
    return new TypeCheckResult.TypeCheckFailure(
        "embed() takes a text or an array of texts, but "
            + text().sql()
            + " is of type "
            + type.sql()
            + "; cast it with CAST(… AS "
            + texts
            + ")");
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

  @Override
  public List<Object> constructorArguments() {
    return List.of(inputs, spec);
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

// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.catalyst.UnaryPlan;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.classic.Dataset$;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import scala.collection.immutable.Seq;

/**
 * The rows of a plan as streams of Arrow's IPC format: a row of one binary column holds a batch of
 * them with its schema. Immutable.
 *
 * <p>Public, as {@link ArrowStreamsExec} is, only because Catalyst copies nodes by reflection.
 */
public final class ArrowStreamsNode extends UnaryPlan {
  private static final long serialVersionUID = 1L;

  private final Seq<Attribute> output;

  /** The output is made once, by whoever makes the node, so that its id stays the same. */
  public ArrowStreamsNode(LogicalPlan child, Seq<Attribute> output) {
    super(child);
    this.output = output;
  }

  /** The rows of a data set as such streams, in their order. */
  public static Dataset<byte[]> of(Dataset<?> rows) {
    var dataset = (org.apache.spark.sql.classic.Dataset<?>) rows;
    Attribute stream =
        new AttributeReference(
            "stream",
            DataTypes.BinaryType,
            false,
            Metadata.empty(),
            NamedExpression.newExprId(),
            ScalaCollections.seq(List.of()));
    LogicalPlan plan =
        new ArrowStreamsNode(dataset.logicalPlan(), ScalaCollections.seq(List.of(stream)));
    return Dataset$.MODULE$.ofRows(dataset.sparkSession(), plan).as(Encoders.BINARY());
  }

  @Override
  public Seq<Attribute> output() {
    return output;
  }

  @Override
  public AttributeSet producedAttributes() {
    return outputSet();
  }

  /** All columns go into the streams. */
  @Override
  public AttributeSet references() {
    return child().outputSet();
  }

  @Override
  public LogicalPlan withNewChildInternal(LogicalPlan newChild) {
    return new ArrowStreamsNode(newChild, output);
  }

  @Override
  public List<Object> constructorArguments() {
    return List.of(child(), output);
  }
}

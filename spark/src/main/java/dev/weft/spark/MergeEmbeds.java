// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.spark.catalyst.ScalaCollections;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.InnerLike;
import org.apache.spark.sql.catalyst.plans.JoinType;
import org.apache.spark.sql.catalyst.plans.LeftExistence;
import org.apache.spark.sql.catalyst.plans.LeftOuter$;
import org.apache.spark.sql.catalyst.plans.RightOuter$;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.GlobalLimit;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LocalLimit;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Offset;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Repartition;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.UnaryNode;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import org.apache.spark.sql.types.ArrayType;

/**
 * Reads a vector from an {@link EmbedNode} below instead of computing it again: the same call in
 * WHERE and SELECT, or in a join's condition and behind the join, runs the model once a row.
 */
final class MergeEmbeds {
  /** Operators that hand on the columns of their rows and add none but their own. */
  private static final List<Class<? extends UnaryNode>> TRANSPARENT =
      List.of(
          Filter.class,
          Sort.class,
          LocalLimit.class,
          GlobalLimit.class,
          Offset.class,
          Window.class,
          Generate.class,
          Repartition.class,
          RepartitionByExpression.class);

  private MergeEmbeds() {}

  /** A plan that holds the vector in a column. */
  private record Found(LogicalPlan plan, Attribute vector) {
    Found under(LogicalPlan parent) {
      return new Found(parent.withNewChildren(ScalaCollections.seq(List.of(plan))), vector);
    }
  }

  /** What takes the place of a node; empty if nothing below has computed the same. */
  static Optional<LogicalPlan> merge(EmbedNode node) {
    List<Expression> inputs = ScalaCollections.list(node.inputs());
    if (!inputs.stream().allMatch(Expression::deterministic)) {
      return Optional.empty();
    }
    return find(node.child(), node, inputs)
        .map(
            found -> {
              List<NamedExpression> columns =
                  new ArrayList<>(ScalaCollections.list(node.child().output()));
              columns.add(named(found.vector(), node.result()));
              return new Project(ScalaCollections.seq(columns), found.plan());
            });
  }

  /**
   * The vector under the id of the result. Where the result has no name of the user's, it takes the
   * vector's, and Spark drops the copy.
   */
  private static NamedExpression named(Attribute vector, Attribute result) {
    String name = result.name().equals(EmbedFunction.NAME) ? vector.name() : result.name();
    return Columns.named(vector, name, result.exprId());
  }

  private static Optional<Found> find(LogicalPlan plan, EmbedNode node, List<Expression> inputs) {
    boolean here = inputs.stream().allMatch(e -> e.references().subsetOf(plan.outputSet()));
    if (!here) {
      return Optional.empty();
    }
    if (plan instanceof EmbedNode below) {
      return isSame(below, node, inputs)
          ? Optional.of(new Found(below, below.result()))
          : find(below.child(), node, inputs).map(found -> found.under(below));
    }
    if (plan instanceof Project project) {
      return findBehind(project, node, inputs);
    }
    if (plan instanceof Join join) {
      return findBeside(join, node, inputs);
    }
    if (TRANSPARENT.stream().anyMatch(kind -> kind.isInstance(plan))) {
      return find(((UnaryNode) plan).child(), node, inputs).map(found -> found.under(plan));
    }
    return Optional.empty();
  }

  private static boolean isSame(EmbedNode below, EmbedNode node, List<Expression> inputs) {
    List<Expression> others = ScalaCollections.list(below.inputs());
    boolean same = below.spec().equals(node.spec()) && others.size() == inputs.size();
    for (int i = 0; same && i < inputs.size(); i++) {
      same = inputs.get(i).semanticEquals(others.get(i));
    }
    return same;
  }

  private static Optional<Found> findBehind(
      Project project, EmbedNode node, List<Expression> inputs) {
    List<Expression> behind = inputs.stream().map(e -> Columns.behind(e, project)).toList();
    if (!behind.stream().allMatch(Expression::deterministic)) {
      return Optional.empty();
    }
    return find(project.child(), node, behind)
        .map(
            found -> {
              List<NamedExpression> columns =
                  new ArrayList<>(ScalaCollections.list(project.projectList()));
              Optional<Attribute> shown =
                  columns.stream()
                      .filter(column -> shows(column, found.vector()))
                      .map(NamedExpression::toAttribute)
                      .findFirst();
              if (shown.isEmpty()) {
                columns.add(found.vector());
              }
              LogicalPlan over = new Project(ScalaCollections.seq(columns), found.plan());
              return new Found(over, shown.orElse(found.vector()));
            });
  }

  private static boolean shows(NamedExpression column, Attribute vector) {
    Expression behind = column instanceof Alias alias ? alias.child() : (Expression) column;
    return behind.semanticEquals(vector);
  }

  private static Optional<Found> findBeside(Join join, EmbedNode node, List<Expression> inputs) {
    JoinType kind = join.joinType();
    boolean inner = kind instanceof InnerLike;
    boolean left =
        inner || kind.equals(LeftOuter$.MODULE$) || LeftExistence.unapply(kind).isDefined();
    boolean right = inner || kind.equals(RightOuter$.MODULE$);
    boolean filled = isNullForNull(node, inputs);
    Optional<Found> found =
        left || filled
            ? find(join.left(), node, inputs)
                .map(f -> beside(join.withNewChildrenInternal(f.plan(), join.right()), f.vector()))
            : Optional.empty();
    if (found.isPresent() || !(right || filled)) {
      return found;
    }
    return find(join.right(), node, inputs)
        .map(f -> beside(join.withNewChildrenInternal(join.left(), f.plan()), f.vector()));
  }

  /** The vector as the join hands it up: it may be NULL in rows that an outer join fills. */
  private static Found beside(LogicalPlan join, Attribute vector) {
    return ScalaCollections.list(join.output()).stream()
        .filter(column -> column.exprId().equals(vector.exprId()))
        .findFirst()
        .map(column -> new Found(join, column))
        .orElseThrow();
  }

  /** Whether rows that an outer join fills with NULL would have NULL for a vector in any case. */
  private static boolean isNullForNull(EmbedNode node, List<Expression> inputs) {
    return inputs.get(0) instanceof Attribute && node.result().dataType() instanceof ArrayType;
  }
}

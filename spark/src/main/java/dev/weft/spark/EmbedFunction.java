// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.serve.EmbedderSpec;
import dev.weft.spark.catalyst.ScalaCollections;
import dev.weft.spark.vector.FunctionInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.trees.CurrentOrigin;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;

/**
 * Builds {@code embed(text [, model [, options]])}. Model and options must be literals, as they
 * decide what is loaded before any row is seen, but for those of {@link RowOption}, which may be
 * columns; what is missing comes from the session's configuration, the model also where it is NULL.
 */
final class EmbedFunction extends AbstractFunction1<Seq<Expression>, Expression> {
  static final String NAME = "embed";

  private static final String CONF = "spark.weft.";
  private static final String MODEL = "model";
  private static final List<String> CONF_OPTIONS =
      List.of("device", "workers", "batchTokens", "onError");

  private static final String USAGE =
      "_FUNC_(text [, model [, options]]) - Returns the embedding of a"
          + " text by a sentence-transformers model, ARRAY<FLOAT>; NULL for a NULL text. For an array"
          + " of texts, an array of embeddings.";

  static ExpressionInfo info() {
    return FunctionInfo.of(EmbedExpression.class, NAME, USAGE);
  }

  @Override
  public Expression apply(Seq<Expression> arguments) {
    try {
      return call(ScalaCollections.list(arguments));
    } catch (IllegalArgumentException e) {
      throw Refusal.refuse(String.valueOf(e.getMessage()), CurrentOrigin.get());
    }
  }

  private static Expression call(List<Expression> args) {
    if (args.isEmpty() || args.size() > 3) {
      throw new IllegalArgumentException(
          "embed() takes a text, and maybe a model and a map of options, but got "
              + args.size()
              + " arguments");
    }
    Map<String, String> options = Map.of();
    Map<RowOption, Expression> columns = Map.of();
    if (args.size() == 3) {
      OptionsArgument given = OptionsArgument.of(args.get(2));
      options = given.literals();
      columns = given.columns();
    }
    Optional<String> model = args.size() > 1 ? model(args.get(1)) : Optional.empty();
    return new EmbedExpression(args.get(0), columns, spec(model, options, SQLConf.get()));
  }

  /** The options a configuration gives, where an absent key has an empty value. */
  static Map<String, String> confOptions(UnaryOperator<String> conf) {
    Map<String, String> options = new TreeMap<>();
    for (String name : CONF_OPTIONS) {
      String value = conf.apply(CONF + name);
      if (!value.isEmpty()) {
        options.put(name, value);
      }
    }
    return options;
  }

  /** What is asked for, and where it is silent, what the session's configuration says. */
  static EmbedderSpec spec(Optional<String> model, Map<String, String> options, SQLConf session) {
    Map<String, String> all = confOptions(key -> session.getConfString(key, ""));
    all.putAll(options);
    String chosen = model.orElseGet(() -> session.getConfString(CONF + MODEL, ""));
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "embed() has no model; give one as second argument or set " + CONF + MODEL);
    }
    return EmbedderSpec.of(chosen, all);
  }

  private static Optional<String> model(Expression model) {
    boolean literal =
        model.foldable()
            && (model.dataType() instanceof StringType || model.dataType() instanceof NullType);
    if (!literal) {
      throw new IllegalArgumentException(
          "the model of embed() must be a literal string, but is " + model.sql());
    }
    return Optional.ofNullable(model.eval(null)).map(String::valueOf);
  }
}

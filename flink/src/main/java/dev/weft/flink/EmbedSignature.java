// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.serve.EmbedderSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.Signature;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@code embed}: any text; a model, which must be written out; a map of texts.
 * What comes out is {@code ARRAY<FLOAT NOT NULL>}.
 */
final class EmbedSignature implements InputTypeStrategy {
  private static final int MODEL = 1;
  private static final int OPTIONS = 2;

  /** In the form of the tables: of a Java array, an asynchronous function could not be NULL. */
  private static final DataType VECTOR =
      DataTypes.ARRAY(DataTypes.FLOAT().notNull()).bridgedTo(ArrayData.class);

  private EmbedSignature() {}

  static TypeInference inference() {
    return TypeInference.newBuilder()
        .inputTypeStrategy(new EmbedSignature())
        .outputTypeStrategy(TypeStrategies.explicit(VECTOR))
        .build();
  }

  @Override
  public ArgumentCount getArgumentCount() {
    return ConstantArgumentCount.between(1, 3);
  }

  @Override
  public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
    List<DataType> types = call.getArgumentDataTypes();
    String wrong = wrong(call, types);
    return wrong.isEmpty() ? Optional.of(types) : call.fail(throwOnFailure, "%s", wrong);
  }

  /** A vector for a table, NULL if it is of length zero. */
  static @Nullable ArrayData array(float[] vector) {
    return vector.length == 0 ? null : new GenericArrayData(vector);
  }

  /** What is wrong in words, or nothing. */
  private static String wrong(CallContext call, List<DataType> types) {
    LogicalType text = types.get(0).getLogicalType();
    if (!isText(text) && !call.isArgumentNull(0)) {
      return "embed: the first argument must be a text, but is " + text.asSummaryString();
    }
    if (types.size() > MODEL
        && (!isText(types.get(MODEL).getLogicalType()) || !call.isArgumentLiteral(MODEL))) {
      return "embed: the model must be a text that is written out, such as"
          + " '/models/all-MiniLM-L6-v2'; it is loaded before the first row";
    }
    if (types.size() > OPTIONS && !isMapOfTexts(types.get(OPTIONS).getLogicalType())) {
      return "embed: the options must be a map of texts, such as MAP['truncateDim', '128'], but are "
          + types.get(OPTIONS).getLogicalType().asSummaryString();
    }
    return types.size() > OPTIONS ? wrongOptions(call) : "";
  }

  private static String wrongOptions(CallContext call) {
    Map<String, String> options = new HashMap<>();
    written(call).forEach((name, value) -> options.put(name.toString(), value.toString()));
    try {
      EmbedderSpec unused = EmbedCalls.withOptions(spec(call, Optional.empty()), options);
      return "";
    } catch (IllegalArgumentException e) {
      return EmbedFailures.reason(e);
    }
  }

  /**
   * The options of a map that is written out, as far as Flink shows them: 2.2 does so row by row
   * only; to 2.3 every {@code MAP[…]} is a literal, until it reads a value that is none.
   */
  private static Map<?, ?> written(CallContext call) {
    if (!call.isArgumentLiteral(OPTIONS)) {
      return Map.of();
    }
    try {
      return call.getArgumentValue(OPTIONS, Map.class).orElse(Map.of());
    } catch (AssertionError e) {
      return Map.of();
    }
  }

  private static boolean isText(LogicalType type) {
    return type.is(LogicalTypeFamily.CHARACTER_STRING);
  }

  private static boolean isMapOfTexts(LogicalType type) {
    return type instanceof MapType map && isText(map.getKeyType()) && isText(map.getValueType());
  }

  /**
   * The model of a call.
   *
   * @param session the one for calls that name none
   */
  static EmbedderSpec spec(CallContext call, Optional<String> session) {
    Optional<String> named =
        call.getArgumentDataTypes().size() > MODEL
            ? call.getArgumentValue(MODEL, String.class)
            : session;
    String model =
        named.orElseThrow(
            () ->
                new ValidationException(
                    "embed: no model is named; write embed(text, 'model'), or SET '"
                        + EmbedDefinition.MODEL.key()
                        + "' = '/models/all-MiniLM-L6-v2'"));
    try {
      return EmbedderSpec.of(model, Map.of());
    } catch (IllegalArgumentException e) {
      throw new ValidationException("embed: " + e.getMessage(), e);
    }
  }

  @Override
  public List<Signature> getExpectedSignatures(FunctionDefinition definition) {
    Signature.Argument text = Signature.Argument.of("text", "STRING");
    Signature.Argument model = Signature.Argument.of("model", "STRING");
    Signature.Argument options = Signature.Argument.of("options", "MAP<STRING, STRING>");
    return List.of(
        Signature.of(text), Signature.of(text, model), Signature.of(text, model, options));
  }
}

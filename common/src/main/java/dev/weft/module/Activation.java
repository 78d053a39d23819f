// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.weft.config.Json;
import dev.weft.config.ModelException;
import dev.weft.config.TensorData;
import dev.weft.config.Weights;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An activation function, named by the torch class the reference stores the path of. The file holds
 * only the path, so every function has the defaults of its torch constructor.
 */
public final class Activation {
  private static final Logger LOG = LoggerFactory.getLogger(Activation.class);
  private static final String KEY = "activation_function";
  private static final String SLOPE = "activation_function.weight";
  private static final String PACKAGE = "torch.nn.modules.activation.";

  /** Slope of RReLU in inference: the middle of its default bounds 1/8 and 1/3. */
  private static final float RRELU_SLOPE = (1f / 8 + 1f / 3) / 2;

  private static final Map<String, UnaryOperator<NDArray>> KNOWN = new TreeMap<>();

  static {
    KNOWN.put("Identity", x -> x);
    KNOWN.put("Tanh", NDArray::tanh);
    KNOWN.put("Sigmoid", Activation::sigmoid);
    KNOWN.put("ReLU", ai.djl.nn.Activation::relu);
    KNOWN.put("ReLU6", x -> x.clip(0f, 6f));
    KNOWN.put("GELU", ai.djl.nn.Activation::gelu);
    KNOWN.put("SiLU", x -> x.mul(sigmoid(x)));
    KNOWN.put("Mish", x -> x.mul(softplus(x).tanh()));
    KNOWN.put("ELU", x -> elu(x, 1f));
    KNOWN.put("CELU", x -> elu(x, 1f));
    KNOWN.put("SELU", x -> elu(x, 1.6732632f).mul(1.050701f));
    KNOWN.put("LeakyReLU", x -> leaky(x, 0.01f));
    KNOWN.put("RReLU", x -> leaky(x, RRELU_SLOPE));
    KNOWN.put("Hardtanh", x -> x.clip(-1f, 1f));
    KNOWN.put("Hardsigmoid", Activation::hardSigmoid);
    KNOWN.put("Hardswish", x -> x.mul(hardSigmoid(x)));
    KNOWN.put("Hardshrink", x -> x.mul(x.abs().gt(0.5f).toType(x.getDataType(), false)));
    KNOWN.put("Softshrink", x -> x.sign().mul(x.abs().sub(0.5f).maximum(0f)));
    KNOWN.put("Softplus", Activation::softplus);
    KNOWN.put("Softsign", x -> x.div(x.abs().add(1f)));
    KNOWN.put("Tanhshrink", x -> x.sub(x.tanh()));
    KNOWN.put("LogSigmoid", x -> softplus(x.neg()).neg());
    KNOWN.put("Softmax", x -> x.softmax(implicitAxis(x)));
    KNOWN.put("Softmin", x -> x.neg().softmax(implicitAxis(x)));
    KNOWN.put("LogSoftmax", x -> x.logSoftmax(implicitAxis(x)));
    KNOWN.put("GLU", Activation::glu);
  }

  private final String name;
  private final UnaryOperator<NDArray> function;
  private final OptionalDouble slope;

  private Activation(String name, UnaryOperator<NDArray> function, OptionalDouble slope) {
    this.name = name;
    this.function = function;
    this.slope = slope;
  }

  /** The activation of this torch class name, such as {@code Tanh}. */
  public static Activation of(String name) {
    UnaryOperator<NDArray> function = KNOWN.get(name);
    if (function == null) {
      throw new ModelException(
          "activation \"" + name + "\" is not known; known: " + KNOWN.keySet() + " and PReLU");
    }
    return new Activation(name, function, OptionalDouble.empty());
  }

  /** PReLU with the slope of its negative half, torch's default being 0.25. */
  public static Activation prelu(float slope) {
    return new Activation("PReLU", x -> leaky(x, slope), OptionalDouble.of(slope));
  }

  /**
   * Reads {@code activation_function}, a class path, Tanh by default. One outside {@code torch.} is
   * not trusted, and Tanh is used with a warning, as the reference does from 5.4.1 on.
   */
  static Activation parse(Json config, Weights weights) {
    String path = config.findString(KEY).orElse(PACKAGE + "Tanh");
    if (!path.startsWith("torch.")) {
      LOG.warn("{}: {} \"{}\" is not a torch class; using Tanh", config.file(), KEY, path);
      return of("Tanh");
    }
    String name = path.substring(path.lastIndexOf('.') + 1);
    if (name.equals("PReLU")) {
      return prelu(weights.has(SLOPE) ? weights.tensor(SLOPE, 1).getFloat(0) : 0.25f);
    }
    try {
      return of(name);
    } catch (ModelException e) {
      throw new ModelException(
          config.file() + ": " + KEY + " \"" + path + "\": " + e.getMessage(), e);
    }
  }

  /** The class path torch has the function under. */
  String path() {
    return name.equals("Identity") ? "torch.nn.modules.linear.Identity" : PACKAGE + name;
  }

  /** What is saved with the layer: the slope of PReLU is a parameter. */
  Map<String, TensorData> parameters() {
    return slope.isPresent()
        ? Map.of(SLOPE, TensorData.of(new float[] {(float) slope.getAsDouble()}, 1))
        : Map.of();
  }

  /** The torch class name, such as {@code Tanh}. */
  public String name() {
    return name;
  }

  /** Width after the function, which only GLU changes. */
  int width(int inputWidth) {
    if (!name.equals("GLU")) {
      return inputWidth;
    }
    if (inputWidth % 2 != 0) {
      throw new ModelException(
          "halves its vectors with GLU, but their width " + inputWidth + " is odd");
    }
    return inputWidth / 2;
  }

  NDArray apply(NDArray x) {
    return function.apply(x);
  }

  private static NDArray sigmoid(NDArray x) {
    return ai.djl.nn.Activation.sigmoid(x);
  }

  /** log(1 + eˣ), without overflow: max(x, 0) + log(1 + e^−|x|). */
  private static NDArray softplus(NDArray x) {
    return x.maximum(0f).add(x.abs().neg().exp().add(1f).log());
  }

  private static NDArray elu(NDArray x, float alpha) {
    return x.maximum(0f).add(x.minimum(0f).exp().sub(1f).mul(alpha));
  }

  private static NDArray leaky(NDArray x, float slope) {
    return x.maximum(0f).add(x.minimum(0f).mul(slope));
  }

  private static NDArray hardSigmoid(NDArray x) {
    return x.add(3f).clip(0f, 6f).div(6f);
  }

  private static NDArray glu(NDArray x) {
    NDList halves = x.split(2, x.getShape().dimension() - 1);
    return halves.get(0).mul(sigmoid(halves.get(1)));
  }

  /** The axis torch chooses where none is given: 0 for vectors and 3-D input, else 1. */
  private static int implicitAxis(NDArray x) {
    return x.getShape().dimension() == 2 ? 1 : 0;
  }
}

package io.loquent.decoding.heads;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a dense layer does to each of its outputs, as PyTorch names and computes it. */
public enum DenseActivation {
  /** Nothing. */
  IDENTITY {
    @Override
    public float apply(float value) {
      return value;
    }
  },
  /** The hyperbolic tangent. */
  TANH {
    @Override
    public float apply(float value) {
      return (float) Math.tanh(value);
    }
  },
  /** Numbers above 0; 0 for others. */
  RELU {
    @Override
    public float apply(float value) {
      return Math.max(0, value);
    }
  },
  /** The number times the probability that a normally distributed one is below it. */
  GELU {
    @Override
    public float apply(float value) {
      return (float) (value * 0.5 * (1 + ErrorFunction.of(value / Math.sqrt(2))));
    }
  },
  /** From 0 to 1. */
  SIGMOID {
    @Override
    public float apply(float value) {
      return (float) sigmoid(value);
    }
  },
  /** The number times its sigmoid. */
  SILU {
    @Override
    public float apply(float value) {
      return (float) (value * sigmoid(value));
    }
  };

  /**
   * Computes one output.
   *
   * @param value what the linear layer gave
   * @return what the layer gives
   */
  public abstract float apply(float value);

  /**
   * Finds an activation by the name of PyTorch's class.
   *
   * @param className such as {@code torch.nn.modules.activation.Tanh}
   * @return the activation; empty for others
   */
  public static Optional<DenseActivation> of(String className) {
    String name = className.substring(className.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(value -> value.name().equals(name)).findFirst();
  }

  /**
   * Computes 1 / (1 + exp(-value)).
   *
   * @param value any number
   * @return from 0 to 1
   */
  public static double sigmoid(double value) {
    return 1 / (1 + Math.exp(-value));
  }
}

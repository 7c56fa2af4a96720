package io.loquent;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Where the graph runs. Immutable.
 *
 * @param kind the ONNX Runtime execution provider
 * @param options the provider's own options, such as {@code device_id}; names and values as ONNX
 *     Runtime documents them
 */
public record ExecutionProvider(Kind kind, Map<String, String> options) {

  /**
   * Copies the options.
   *
   * @param kind the ONNX Runtime execution provider
   * @param options the provider's own options, such as {@code device_id}
   */
  public ExecutionProvider {
    Objects.requireNonNull(kind, "kind");
    options = Map.copyOf(options);
  }

  /**
   * Creates a provider without options.
   *
   * @param kind the ONNX Runtime execution provider
   * @return the provider
   */
  public static ExecutionProvider of(Kind kind) {
    return new ExecutionProvider(kind, Map.of());
  }

  /** The execution providers that a config may name. */
  public enum Kind {
    /** The processor; always there. */
    CPU,
    /** NVIDIA GPUs; in {@code com.microsoft.onnxruntime:onnxruntime_gpu}. */
    CUDA,
    /** NVIDIA GPUs through TensorRT; in {@code com.microsoft.onnxruntime:onnxruntime_gpu}. */
    TENSORRT,
    /** Apple's neural engine and GPUs; in the macOS and iOS builds. */
    COREML,
    /** Android's neural networks API; in {@code com.microsoft.onnxruntime:onnxruntime-android}. */
    NNAPI,
    /**
     * Optimised kernels for ARM and x86; in {@code com.microsoft.onnxruntime:onnxruntime-android}.
     */
    XNNPACK,
    /** Windows GPUs; needs a build of ONNX Runtime with DirectML. */
    DIRECTML;

    /**
     * Reads a provider name.
     *
     * @param name in any case
     * @return the kind
     * @throws ModelLoadException if there is none of that name
     */
    public static Kind parse(String name) {
      for (Kind kind : values()) {
        if (kind.name().equalsIgnoreCase(name)) {
          return kind;
        }
      }
      throw new ModelLoadException(
          "unknown execution provider \""
              + name
              + "\"; known: "
              + Arrays.stream(values())
                  .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(", ")));
    }
  }
}

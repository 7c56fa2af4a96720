package io.loquent.runtime.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.NNAPIFlags;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import io.loquent.ExecutionProvider;
import io.loquent.ModelLoadException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;

/** Adds execution providers to session options, and explains those that this installation lacks. */
final class Providers {

  private Providers() {}

  static void add(OrtSession.SessionOptions options, ExecutionProvider provider) {
    OrtProvider needed = ortProvider(provider.kind());
    if (!OrtEnvironment.getAvailableProviders().contains(needed)) {
      throw new ModelLoadException(
          name(provider)
              + ": the ONNX Runtime on the class path was built without this provider (it has "
              + OrtEnvironment.getAvailableProviders()
              + "); "
              + artifact(provider.kind()));
    }
    try {
      addAvailable(options, provider);
    } catch (OrtException e) {
      throw new ModelLoadException(
          name(provider)
              + ": ONNX Runtime cannot use this provider with options "
              + provider.options()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static void addAvailable(OrtSession.SessionOptions options, ExecutionProvider provider)
      throws OrtException {
    Map<String, String> settings = provider.options();
    switch (provider.kind()) {
      case CPU -> addCpu(options, provider);
      case CUDA -> {
        try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device(provider))) {
          for (Map.Entry<String, String> setting : settings.entrySet()) {
            cuda.add(setting.getKey(), setting.getValue());
          }
          options.addCUDA(cuda);
        }
      }
      case TENSORRT -> {
        try (OrtTensorRTProviderOptions tensorrt =
            new OrtTensorRTProviderOptions(device(provider))) {
          for (Map.Entry<String, String> setting : settings.entrySet()) {
            tensorrt.add(setting.getKey(), setting.getValue());
          }
          options.addTensorrt(tensorrt);
        }
      }
      case COREML -> options.addCoreML(settings);
      case NNAPI -> options.addNnapi(nnapiFlags(provider));
      case XNNPACK -> options.addXnnpack(settings);
      case DIRECTML -> {
        allowOnly(provider, "device_id");
        options.addDirectML(device(provider));
      }
    }
  }

  private static void addCpu(OrtSession.SessionOptions options, ExecutionProvider provider)
      throws OrtException {
    allowOnly(provider, "use_arena");
    String arena = provider.options().get("use_arena");
    if (arena != null) {
      options.addCPU(flag(provider, "use_arena", arena));
    }
  }

  private static boolean flag(ExecutionProvider provider, String option, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw new ModelLoadException(
          name(provider) + ": " + option + " must be true or false; found " + value);
    }
    return value.equals("true");
  }

  private static int device(ExecutionProvider provider) {
    String device = provider.options().getOrDefault("device_id", "0");
    try {
      return Integer.parseInt(device);
    } catch (NumberFormatException e) {
      throw new ModelLoadException(
          name(provider) + ": device_id must be a whole number; found " + device, e);
    }
  }

  private static EnumSet<NNAPIFlags> nnapiFlags(ExecutionProvider provider) {
    EnumSet<NNAPIFlags> flags = EnumSet.noneOf(NNAPIFlags.class);
    provider
        .options()
        .forEach(
            (option, value) -> {
              try {
                NNAPIFlags flag = NNAPIFlags.valueOf(option.toUpperCase(Locale.ROOT));
                if (flag(provider, option, value)) {
                  flags.add(flag);
                }
              } catch (IllegalArgumentException e) {
                throw unknownOption(provider, option, Arrays.toString(NNAPIFlags.values()));
              }
            });
    return flags;
  }

  private static void allowOnly(ExecutionProvider provider, String known) {
    for (String option : provider.options().keySet()) {
      if (!option.equals(known)) {
        throw unknownOption(provider, option, known);
      }
    }
  }

  private static ModelLoadException unknownOption(
      ExecutionProvider provider, String option, String known) {
    return new ModelLoadException(
        name(provider) + ": unknown option \"" + option + "\"; known: " + known);
  }

  private static String name(ExecutionProvider provider) {
    return "execution provider " + provider.kind().name().toLowerCase(Locale.ROOT);
  }

  private static OrtProvider ortProvider(ExecutionProvider.Kind kind) {
    return switch (kind) {
      case CPU -> OrtProvider.CPU;
      case CUDA -> OrtProvider.CUDA;
      case TENSORRT -> OrtProvider.TENSOR_RT;
      case COREML -> OrtProvider.CORE_ML;
      case NNAPI -> OrtProvider.NNAPI;
      case XNNPACK -> OrtProvider.XNNPACK;
      case DIRECTML -> OrtProvider.DIRECT_ML;
    };
  }

  private static String artifact(ExecutionProvider.Kind kind) {
    return switch (kind) {
      case CPU -> "add com.microsoft.onnxruntime:onnxruntime";
      case CUDA, TENSORRT ->
          "exclude com.microsoft.onnxruntime:onnxruntime and add"
              + " com.microsoft.onnxruntime:onnxruntime_gpu of the same version";
      case COREML ->
          "use com.microsoft.onnxruntime:onnxruntime on macOS on Apple silicon, which has it";
      case NNAPI, XNNPACK ->
          "exclude com.microsoft.onnxruntime:onnxruntime and add"
              + " com.microsoft.onnxruntime:onnxruntime-android of the same version";
      case DIRECTML ->
          "no artifact on Maven Central has it: exclude com.microsoft.onnxruntime:onnxruntime and"
              + " add a build of ONNX Runtime's Java package with DirectML";
    };
  }
}

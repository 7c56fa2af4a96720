package io.loquent.samples.cli;

import io.loquent.ExecutionProvider;
import io.loquent.ModelConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that choose a model and say how to run it. */
final class ModelChoice {

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Where where = new Where();

  private static final class Where {
    @Option(names = "--model", paramLabel = "DIR", description = "The model folder.")
    private @Nullable Path model;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "A .properties or .json file that names the folder, and how to run it.")
    private @Nullable Path config;
  }

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "Which graphs of the folder: auto, fp32, fp16, q8, int8, uint8, q4, ...")
  private @Nullable String precision;

  @Option(
      names = "--providers",
      paramLabel = "NAME",
      split = ",",
      description =
          "Where to run, in order of preference: cpu, cuda, tensorrt, coreml, nnapi, xnnpack,"
              + " directml.")
  private @Nullable List<String> providers;

  /** Reads the configuration that the options describe. */
  ModelConfig read() {
    Path path = where.model != null ? where.model : where.config;
    if (path == null) {
      throw new IllegalStateException("picocli lets neither --model nor --config pass");
    }
    return adjust(ModelConfig.load(path), precision, providers);
  }

  /** Puts what the command line says over what a file says. */
  static ModelConfig adjust(
      ModelConfig config, @Nullable String precision, @Nullable List<String> providers) {
    ModelConfig.Builder builder = config.toBuilder();
    if (precision != null) {
      builder.precision(precision);
    }
    if (providers != null) {
      builder.providers(
          providers.stream().map(name -> provider(config, name)).toArray(ExecutionProvider[]::new));
    }
    return builder.build();
  }

  /** A provider by name, with the options that the file sets for it. */
  private static ExecutionProvider provider(ModelConfig config, String name) {
    ExecutionProvider.Kind kind = ExecutionProvider.Kind.parse(name.trim());
    return config.providers().stream()
        .filter(provider -> provider.kind() == kind)
        .findFirst()
        .orElseGet(() -> ExecutionProvider.of(kind));
  }
}

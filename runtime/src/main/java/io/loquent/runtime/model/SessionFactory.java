package io.loquent.runtime.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.loquent.ExecutionProvider;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.ModelEdit;
import io.loquent.runtime.onnx.OnnxFile;
import io.loquent.runtime.onnx.OnnxSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens sessions as a model configuration asks for. Thread-safe. */
final class SessionFactory {

  /**
   * Operators of a decoding step follow each other within microseconds, and waking a thread takes
   * longer than that; a thread that spins longer takes time from whoever else needs the processor.
   */
  private static final String BRIEF_SPIN_MICROS = "20";

  /** What sessions and their runs log at least. */
  static final OrtLoggingLevel LOGGING = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;

  private final ModelConfig config;
  private final List<String> findings;
  private final Optional<OptimizedModels> optimized;

  /**
   * Creates a factory.
   *
   * @param config how sessions are opened
   * @param findings receives what the optimized model cache did
   * @throws ModelLoadException if the configuration contradicts itself
   */
  SessionFactory(ModelConfig config, List<String> findings) {
    this.config = config;
    this.findings = findings;
    optimized = config.optimizedModelCache().map(folder -> cache(folder, config));
  }

  private static OptimizedModels cache(Path folder, ModelConfig config) {
    if (config.providers().stream()
        .anyMatch(provider -> provider.kind() != ExecutionProvider.Kind.CPU)) {
      throw new ModelLoadException(
          "optimized_model_cache="
              + folder
              + ": works with cpu as the only provider, because other providers keep compiled parts"
              + " of a graph to themselves; found providers "
              + config.providers().stream()
                  .map(provider -> provider.kind().name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.toList())
              + "; leave one of the two settings out");
    }
    return new OptimizedModels(
        folder,
        String.join(
            "; ",
            "ONNX Runtime " + environment().getVersion(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            String.valueOf(config.providers()),
            String.valueOf(new TreeMap<>(config.sessionEntries()))));
  }

  /** Opens a graph from its file; external data is found beside it. */
  Graph open(Path file) {
    return open(file, null, List.of());
  }

  /**
   * Opens an edited copy of a graph; external data is found beside the original file.
   *
   * @param file the original
   * @param edited the copy; null opens the original
   * @param edits what makes the copy of the original
   */
  Graph open(Path file, byte @Nullable [] edited, List<ModelEdit> edits) {
    try {
      OrtSession session =
          optimized.isPresent()
              ? optimizedSession(optimized.get(), file, edited)
              : session(file, edited, options -> {});
      return new Graph(file, session, edits);
    } catch (OrtException e) {
      throw failure(file, e);
    }
  }

  private OrtSession optimizedSession(OptimizedModels models, Path file, byte @Nullable [] edited)
      throws OrtException {
    OnnxSummary summary =
        edited == null ? OnnxFile.read(file) : OnnxFile.read(file + " (edited)", edited);
    if (summary.nestedConstants()) {
      findings.add(
          "optimized model cache: "
              + file.getFileName()
              + " not kept, because ONNX Runtime cannot keep weights of nested graphs (If, Loop,"
              + " Scan) in a file of their own");
      return session(file, edited, options -> {});
    }
    GraphSource source = GraphSource.of(file, edited);
    Path entry = models.entry(source);
    Optional<Path> kept = models.find(entry);
    if (kept.isPresent()) {
      try {
        OrtSession session = session(kept.get(), null, options -> {});
        findings.add("optimized model cache: " + file.getFileName() + " read from " + entry);
        return session;
      } catch (OrtException e) {
        findings.add("optimized model cache: damaged, so made again: " + e.getMessage());
        models.remove(entry);
      }
    }
    boolean prepacked = PrepackedWeights.areExact(summary.operators());
    Path made = models.make(entry, source, graph -> save(file, edited, graph, prepacked));
    findings.add("optimized model cache: " + file.getFileName() + " kept in " + entry);
    return session(made, null, options -> {});
  }

  private void save(Path file, byte @Nullable [] edited, Path graph, boolean prepacked)
      throws OrtException {
    saveOnce(file, edited, graph, prepacked);
    // Optimizing may have brought in an operator that was not in the file.
    if (prepacked && !PrepackedWeights.areExact(OnnxFile.read(graph).operators())) {
      saveOnce(file, edited, graph, false);
    }
  }

  private void saveOnce(Path file, byte @Nullable [] edited, Path graph, boolean prepacked)
      throws OrtException {
    Setup saving =
        options -> {
          // What goes beyond is made for one processor, and costs little when it is loaded.
          options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
          options.setOptimizedModelFilePath(graph.toString());
          options.addConfigEntry(
              "session.optimized_model_external_initializers_file_name", OptimizedModel.WEIGHTS);
          options.addConfigEntry(
              "session.optimized_model_external_initializers_min_size_in_bytes", "1024");
          options.addConfigEntry(
              "session.save_external_prepacked_constant_initializers", prepacked ? "1" : "0");
        };
    session(file, edited, saving).close();
  }

  /** What one session needs besides the configuration. */
  private interface Setup {
    void apply(OrtSession.SessionOptions options) throws OrtException;
  }

  private OrtSession session(Path file, byte @Nullable [] edited, Setup setup) throws OrtException {
    OrtEnvironment environment = environment();
    try (OrtSession.SessionOptions options = options()) {
      setup.apply(options);
      if (edited == null) {
        return environment.createSession(file.toString(), options);
      }
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          String.valueOf(file.toAbsolutePath().getParent()));
      return environment.createSession(edited, options);
    }
  }

  /** Whether graphs run on no other device. */
  boolean onlyCpu() {
    return config.providers().stream()
        .allMatch(provider -> provider.kind() == ExecutionProvider.Kind.CPU);
  }

  /** The largest number of threads that may share an operator's work. */
  int mostThreads() {
    return threads().orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /** Empty where ONNX Runtime is to choose. */
  private OptionalInt threads() {
    return config.intraOpThreads().isPresent() ? config.intraOpThreads() : ProcessorShare.threads();
  }

  /** Opens a small part of a graph, as it is, for a few runs. */
  Graph openProbe(Path file, byte[] part) throws OrtException {
    OrtEnvironment environment = environment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.BASIC_OPT);
      options.setIntraOpNumThreads(1);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          String.valueOf(file.toAbsolutePath().getParent()));
      return new Graph(file, environment.createSession(part, options), List.of());
    }
  }

  private static ModelLoadException failure(Path file, OrtException e) {
    return new ModelLoadException(
        file
            + ": ONNX Runtime cannot load this graph: "
            + e.getMessage()
            + "; if the file or its external data was copied or downloaded incompletely, fetch it"
            + " again",
        e);
  }

  private static OrtEnvironment environment() {
    try {
      return OrtEnvironment.getEnvironment();
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
      throw new ModelLoadException(
          "the native library of ONNX Runtime cannot be loaded on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + e.getMessage()
              + "; com.microsoft.onnxruntime:onnxruntime has Linux x64 and ARM (glibc, not musl),"
              + " macOS on Apple silicon and Windows x64; onnxruntime_gpu only Linux x64 and"
              + " Windows x64; Android needs onnxruntime-android",
          e);
    }
  }

  private OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    try {
      options.setSessionLogLevel(LOGGING);
      OptionalInt threads = threads();
      if (threads.isPresent()) {
        options.setIntraOpNumThreads(threads.getAsInt());
      }
      if (config.interOpThreads().isPresent() && config.interOpThreads().getAsInt() > 1) {
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.PARALLEL);
        options.setInterOpNumThreads(config.interOpThreads().getAsInt());
      }
      options.addConfigEntry(
          "session.intra_op.allow_spinning", config.spinning().orElse(true) ? "1" : "0");
      options.addConfigEntry(
          "session.inter_op.allow_spinning", config.spinning().orElse(false) ? "1" : "0");
      if (!config.spinning().isPresent()) {
        options.addConfigEntry("session.intra_op.spin_duration_us", BRIEF_SPIN_MICROS);
      }
      for (Map.Entry<String, String> entry : config.sessionEntries().entrySet()) {
        options.addConfigEntry(entry.getKey(), entry.getValue());
      }
      for (ExecutionProvider provider : config.providers()) {
        Providers.add(options, provider);
      }
      return options;
    } catch (OrtException | RuntimeException e) {
      options.close();
      throw e;
    }
  }
}

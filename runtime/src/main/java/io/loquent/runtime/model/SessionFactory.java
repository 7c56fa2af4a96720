package io.loquent.runtime.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.loquent.ExecutionProvider;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.ModelEdit;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Opens sessions as a model configuration asks for. Thread-safe. */
final class SessionFactory {

  private final ModelConfig config;

  SessionFactory(ModelConfig config) {
    this.config = config;
  }

  /** Opens a graph from its file; external data is found beside it. */
  Graph open(Path file) {
    OrtEnvironment environment = environment();
    try (OrtSession.SessionOptions options = options()) {
      return new Graph(file, environment.createSession(file.toString(), options), List.of());
    } catch (OrtException e) {
      throw failure(file, e);
    }
  }

  /**
   * Opens an edited copy of a graph; external data is found beside the original file.
   *
   * @param file the original
   * @param edited the copy
   * @param edits what makes the copy of the original
   */
  Graph open(Path file, byte[] edited, List<ModelEdit> edits) {
    OrtEnvironment environment = environment();
    try (OrtSession.SessionOptions options = options()) {
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path",
          String.valueOf(file.toAbsolutePath().getParent()));
      return new Graph(file, environment.createSession(edited, options), edits);
    } catch (OrtException e) {
      throw failure(file, e);
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
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      if (config.intraOpThreads().isPresent()) {
        options.setIntraOpNumThreads(config.intraOpThreads().getAsInt());
      }
      if (config.interOpThreads().isPresent() && config.interOpThreads().getAsInt() > 1) {
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.PARALLEL);
        options.setInterOpNumThreads(config.interOpThreads().getAsInt());
      }
      String spinning = config.spinning().orElse(false) ? "1" : "0";
      options.addConfigEntry("session.intra_op.allow_spinning", spinning);
      options.addConfigEntry("session.inter_op.allow_spinning", spinning);
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

package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.models.BenchmarkModel;
import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the programs that can be measured, each in a process with a class path of its own. */
final class Engines {

  /** Enough for the naive loop, which takes the logits of all prompt positions to the heap. */
  private static final String HEAP = "-Xmx3g";

  private final ModelLibrary library;
  private final Path log;

  Engines(ModelLibrary library, Path log) {
    this.library = library;
    this.log = log;
  }

  /** Starts Loquent or the naive loop on one form of the model. */
  Lane onnx(String engine, Form form, Precision precision, int threads) throws IOException {
    BenchmarkModel model = library.onnx(form, precision);
    Roofline roofline = new Roofline(model.weightBytes(), model.cacheBytes(), form != Form.MARIAN);
    return Lane.start(
        engine,
        form.label(),
        roofline,
        () ->
            java(
                List.of(ownClassPath().toString()),
                "io.loquent.samples.benchmarks.engines.OnnxWorker",
                engine,
                model.folder().toString(),
                String.valueOf(model.vocabulary()),
                String.valueOf(model.startToken()),
                String.valueOf(threads)),
        log);
  }

  /** The jar or folder that this class came from, with what else is on the class path. */
  private static String ownClassPath() {
    return System.getProperty("java.class.path");
  }

  /** Where this program's own classes are. */
  static Path home() {
    try {
      return Path.of(Engines.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<String> java(List<String> classPath, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(HEAP);
    command.add("-cp");
    command.add(String.join(System.getProperty("path.separator"), classPath));
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }
}

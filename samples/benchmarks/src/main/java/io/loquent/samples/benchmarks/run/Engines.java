package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.engines.Loading;
import io.loquent.samples.benchmarks.engines.OnnxWorker;
import io.loquent.samples.benchmarks.models.BenchmarkModel;
import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Starts the programs that are measured, each in a process with a class path of its own. */
final class Engines {

  private static final String PEERS = "io.loquent.samples.benchmarks.peers.";

  private final ModelLibrary library;
  private final Processes processes;
  private final Path log;
  private final int longest;

  /** Programs that reserve their cache when they start reserve it for {@code longest} tokens. */
  Engines(ModelLibrary library, Processes processes, Path log, int longest) {
    this.library = library;
    this.processes = processes;
    this.log = log;
    this.longest = longest;
  }

  /** Starts all programs that read the decoder shape in a precision. */
  List<Lane> decoders(Set<Engine> engines, List<Form> forms, Precision precision, int threads)
      throws IOException {
    List<Lane> lanes = onnx(engines, forms, precision, threads);
    if (engines.contains(Engine.LLAMA_CPP)) {
      lanes.add(llamaCpp(precision, threads));
    }
    if (engines.contains(Engine.JLAMA)) {
      lanes.add(jlama(precision, threads));
    }
    return lanes;
  }

  /** Starts all programs that read ONNX graphs, on each of the forms. */
  List<Lane> onnx(Set<Engine> engines, List<Form> forms, Precision precision, int threads)
      throws IOException {
    List<Lane> lanes = new ArrayList<>();
    for (Form form : forms) {
      BenchmarkModel model = library.onnx(form, precision);
      for (Engine engine : engines) {
        switch (engine) {
          case LOQUENT -> lanes.add(loquent(model, threads, Loading.DEFAULT));
          case NAIVE -> lanes.add(onnx(Engine.NAIVE, model, threads, List.of()));
          case TRANSFORMERS_JS -> {
            if (form != Form.MARIAN) {
              lanes.add(transformersJs(model, threads));
            }
          }
          case DJL -> {
            if (form == Form.PLAIN) {
              lanes.add(djl(model, threads));
            }
          }
          case LLAMA_CPP, JLAMA -> {}
        }
      }
    }
    return lanes;
  }

  /** Starts Loquent on a model that is loaded in a certain way. */
  Lane loquent(BenchmarkModel model, int threads, Loading loading) {
    return onnx(Engine.LOQUENT, model, threads, loading.arguments());
  }

  private Lane onnx(Engine engine, BenchmarkModel model, int threads, List<String> more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                engine.name(),
                model.folder().toString(),
                String.valueOf(model.vocabulary()),
                String.valueOf(model.startToken()),
                String.valueOf(threads)));
    arguments.addAll(more);
    return Lane.start(
        engine,
        model.form().label(),
        roofline(model),
        () -> processes.own(OnnxWorker.class.getName(), arguments.toArray(String[]::new)),
        log);
  }

  private static Roofline roofline(BenchmarkModel model) {
    return new Roofline(model.weightBytes(), model.cacheBytes(), model.form() != Form.MARIAN);
  }

  Lane transformersJs(BenchmarkModel model, int threads) {
    return Lane.start(
        Engine.TRANSFORMERS_JS,
        model.form().label(),
        roofline(model),
        () ->
            processes.node(
                "transformers-js",
                model.folder().toString(),
                String.valueOf(model.vocabulary()),
                String.valueOf(threads)),
        log);
  }

  private Lane djl(BenchmarkModel model, int threads) {
    return Lane.start(
        Engine.DJL,
        model.form().label(),
        roofline(model),
        () ->
            processes.peer(
                "djl",
                List.of(),
                PEERS + "DjlWorker",
                model.folder().toString(),
                String.valueOf(model.vocabulary()),
                String.valueOf(library.llama().layers()),
                String.valueOf(library.llama().keyHeads()),
                String.valueOf(library.llama().headSize()),
                String.valueOf(threads)),
        log);
  }

  Lane llamaCpp(Precision precision, int threads) {
    return Lane.start(
        Engine.LLAMA_CPP,
        "gguf " + ModelLibrary.ggufType(precision),
        // Its cache is in half precision.
        new Roofline(
            library.ggufWeightBytes(precision), library.llama().cacheBytesPerPosition() / 2, true),
        () ->
            processes.peer(
                "llama-cpp",
                List.of(),
                PEERS + "LlamaCppWorker",
                library.gguf(precision).toString(),
                String.valueOf(longest),
                String.valueOf(threads)),
        log);
  }

  private Lane jlama(Precision precision, int threads) {
    return Lane.start(
        Engine.JLAMA,
        precision == Precision.INT4 ? "safetensors Q4" : "safetensors F32",
        new Roofline(
            library.ggufWeightBytes(precision == Precision.INT4 ? Precision.INT4 : Precision.FP32),
            library.llama().cacheBytesPerPosition(),
            true),
        () -> {
          if (precision != Precision.FP32 && precision != Precision.INT4) {
            throw new IOException("Jlama is measured with F32 and Q4 weights only");
          }
          Path folder = library.checkpoint();
          Files.createDirectories(folder);
          return processes.peer(
              "jlama",
              List.of("--add-modules", "jdk.incubator.vector"),
              PEERS + "JlamaWorker",
              folder.toString(),
              precision == Precision.INT4 ? "Q4" : "F32",
              String.valueOf(threads));
        },
        log);
  }
}

package io.loquent.samples.benchmarks.peers;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Meter;
import io.loquent.samples.benchmarks.worker.Program;
import io.loquent.samples.benchmarks.worker.WorkerLoop;
import io.loquent.samples.benchmarks.worker.Workload;
import java.util.Random;

/** The process in which llama.cpp is measured, through its binding for Java. */
public final class LlamaCppWorker implements Program {

  private static final int SEED = 3;
  private static final int LETTERS = 26;

  private final LlamaModel model;

  private LlamaCppWorker(LlamaModel model) {
    this.model = model;
  }

  /**
   * Serves the runner until standard input ends.
   *
   * @param args GGUF file, longest sequence in tokens, threads (0: llama.cpp's default)
   */
  public static void main(String[] args) {
    WorkerLoop.serve(
        () -> {
          ModelParameters parameters =
              new ModelParameters().setModel(args[0]).setCtxSize(Integer.parseInt(args[1]));
          int threads = Integer.parseInt(args[2]);
          if (threads > 0) {
            parameters.setThreads(threads).setThreadsBatch(threads);
          }
          return new LlamaCppWorker(new LlamaModel(parameters));
        });
  }

  @Override
  public Measurement run(Workload workload) {
    if (workload.method() == Workload.Method.BEAM) {
      throw new UnsupportedOperationException("llama.cpp has no beam search");
    }
    if (workload.batch() > 1) {
      throw new UnsupportedOperationException("measured for one sequence only");
    }
    InferenceParameters parameters = parameters(workload);
    Meter meter = new Meter();
    meter.start();
    int outputs = 0;
    for (LlamaOutput output : model.generate(parameters)) {
      meter.firstToken();
      outputs += output.text.isEmpty() ? 0 : 1;
    }
    if (outputs == 0) {
      throw new IllegalStateException("no token was generated");
    }
    // The end token is ignored, so all of them came, though some only as parts of a character.
    return meter.stop(workload.newTokens());
  }

  private static InferenceParameters parameters(Workload workload) {
    InferenceParameters parameters =
        new InferenceParameters(prompt(workload.promptTokens() - 1))
            .setNPredict(workload.newTokens())
            .setIgnoreEos(true)
            .setCachePrompt(false)
            .setRepeatPenalty(1)
            .setSeed(SEED);
    return workload.method() == Workload.Method.SAMPLING
        ? parameters
            .setTemperature((float) Workload.TEMPERATURE)
            .setTopK(Workload.TOP_K)
            .setTopP((float) Workload.TOP_P)
        : parameters.setTemperature(0).setTopK(1);
  }

  /** Every letter is a token; the model puts its start token before them. */
  private static String prompt(int letters) {
    Random random = new Random(SEED);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < letters; i++) {
      text.append((char) ('a' + random.nextInt(LETTERS)));
    }
    return text.toString();
  }
}

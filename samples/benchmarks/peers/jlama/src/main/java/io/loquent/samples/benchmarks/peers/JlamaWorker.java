package io.loquent.samples.benchmarks.peers;

import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Meter;
import io.loquent.samples.benchmarks.worker.Program;
import io.loquent.samples.benchmarks.worker.WorkerLoop;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.File;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * The process in which Jlama is measured. Its classes are of a newer version than Loquent's build
 * reads, so they are called by reflection, outside of what is measured.
 */
public final class JlamaWorker implements Program {

  private static final String PACKAGE = "com.github.tjake.jlama.";
  private static final int SEED = 3;
  private static final int LETTERS = 26;

  private final Object model;
  private final Method generate;
  private final Method promptOf;

  private JlamaWorker(Object model) throws ReflectiveOperationException {
    this.model = model;
    Class<?> context = Class.forName(PACKAGE + "safetensors.prompt.PromptContext");
    promptOf = context.getMethod("of", String.class);
    generate =
        model
            .getClass()
            .getMethod("generate", UUID.class, context, float.class, int.class, BiConsumer.class);
  }

  /**
   * Serves the runner until standard input ends.
   *
   * @param args checkpoint folder, F32 or Q4, threads (0: Jlama's default)
   */
  public static void main(String[] args) {
    WorkerLoop.serve(() -> open(new File(args[0]), args[1], Integer.parseInt(args[2])));
  }

  private static JlamaWorker open(File folder, String type, int threads)
      throws ReflectiveOperationException {
    Class<?> types = Class.forName(PACKAGE + "safetensors.DType");
    Object floats = types.getField("F32").get(null);
    boolean quantized = type.equals("Q4");
    Method load =
        Class.forName(PACKAGE + "model.ModelSupport")
            .getMethod(
                "loadModel", File.class, File.class, types, types, Optional.class, Optional.class);
    Object model =
        load.invoke(
            null,
            folder,
            null,
            floats,
            floats,
            quantized ? Optional.of(types.getField("Q4").get(null)) : Optional.empty(),
            threads > 0 ? Optional.of(threads) : Optional.empty());
    return new JlamaWorker(model);
  }

  @Override
  public Measurement run(Workload workload) throws Exception {
    if (workload.method() != Workload.Method.GREEDY) {
      throw new UnsupportedOperationException("measured for greedy search only");
    }
    if (workload.batch() > 1) {
      throw new UnsupportedOperationException("measured for one sequence only");
    }
    Object prompt = promptOf.invoke(null, text(workload.promptTokens() - 1));
    int[] tokens = new int[1];
    Meter meter = new Meter();
    BiConsumer<String, Float> listener =
        (text, time) -> {
          meter.firstToken();
          tokens[0]++;
        };
    meter.start();
    Object answer =
        generate.invoke(
            model,
            UUID.randomUUID(),
            prompt,
            0f,
            workload.promptTokens() + workload.newTokens(),
            listener);
    Measurement measurement = meter.stop(tokens[0]);
    int read = answer.getClass().getField("promptTokens").getInt(answer);
    if (Math.abs(read - workload.promptTokens()) > 1) {
      throw new IllegalStateException("the prompt became " + read + " tokens");
    }
    if (tokens[0] < workload.newTokens() / 2) {
      throw new IllegalStateException("an end token came after " + tokens[0] + " tokens");
    }
    return measurement;
  }

  /** Every letter is a token; the model puts its start token before them. */
  private static String text(int letters) {
    Random random = new Random(SEED);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < letters; i++) {
      text.append((char) ('a' + random.nextInt(LETTERS)));
    }
    return text.toString();
  }
}

package io.loquent.samples.benchmarks.peers;

import ai.djl.Device;
import ai.djl.inference.Predictor;
import ai.djl.modality.nlp.generate.CausalLMOutput;
import ai.djl.modality.nlp.generate.SearchConfig;
import ai.djl.modality.nlp.generate.TextGenerator;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Meter;
import io.loquent.samples.benchmarks.worker.Program;
import io.loquent.samples.benchmarks.worker.WorkerLoop;
import io.loquent.samples.benchmarks.worker.Workload;
import java.nio.file.Path;

/** The process in which DJL's {@code TextGenerator} is measured, on its ONNX Runtime engine. */
public final class DjlWorker implements Program {

  private final ZooModel<NDList, CausalLMOutput> model;
  private final CacheTranslator translator;
  private final int vocabulary;

  private DjlWorker(
      ZooModel<NDList, CausalLMOutput> model, CacheTranslator translator, int vocabulary) {
    this.model = model;
    this.translator = translator;
    this.vocabulary = vocabulary;
  }

  /**
   * Serves the runner until standard input ends.
   *
   * @param args model folder, vocabulary size, layers, heads of the cache, head size, threads (0:
   *     DJL's default)
   */
  public static void main(String[] args) {
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    WorkerLoop.serve(() -> open(args));
  }

  private static DjlWorker open(String... args) throws Exception {
    CacheTranslator translator =
        new CacheTranslator(
            Integer.parseInt(args[2]), Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    Criteria.Builder<NDList, CausalLMOutput> criteria =
        Criteria.builder()
            .setTypes(NDList.class, CausalLMOutput.class)
            .optModelPath(Path.of(args[0]))
            .optModelName("model")
            .optEngine("OnnxRuntime")
            .optTranslator(translator);
    if (!args[5].equals("0")) {
      criteria.optOption("intraOpNumThreads", args[5]);
    }
    return new DjlWorker(criteria.build().loadModel(), translator, Integer.parseInt(args[1]));
  }

  @Override
  public Measurement run(Workload workload) throws Exception {
    if (workload.method() != Workload.Method.GREEDY) {
      throw new UnsupportedOperationException("measured for greedy search only");
    }
    int length = workload.promptTokens();
    SearchConfig config = new SearchConfig();
    config.setMaxSeqLength(length + workload.newTokens());
    config.setPadTokenId(0);
    long[] ids = new long[workload.batch() * length];
    for (int row = 0; row < workload.batch(); row++) {
      int[] prompt = workload.prompt(row, vocabulary);
      for (int i = 0; i < length; i++) {
        ids[row * length + i] = prompt[i];
      }
    }
    try (Predictor<NDList, CausalLMOutput> predictor = model.newPredictor();
        // ONNX Runtime's own arrays lack operations that the search needs.
        NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray input = manager.create(ids, new Shape(workload.batch(), length));
      TextGenerator generator = new TextGenerator(predictor, "greedy", config);
      Meter meter = new Meter();
      translator.meter = meter;
      meter.start();
      NDArray output = generator.generate(input);
      long generated = output.getShape().get(1) - length;
      return meter.stop((int) generated * workload.batch());
    }
  }

  /** Feeds a graph of the Optimum exporter: an empty cache first, then the one it returned. */
  private static final class CacheTranslator
      implements NoBatchifyTranslator<NDList, CausalLMOutput> {

    private final int layers;
    private final int heads;
    private final int headSize;
    private Meter meter = new Meter();

    CacheTranslator(int layers, int heads, int headSize) {
      this.layers = layers;
      this.heads = heads;
      this.headSize = headSize;
    }

    @Override
    public NDList processInput(TranslatorContext context, NDList input) {
      NDArray ids = input.get(0);
      NDArray positions = input.get(1);
      NDArray mask = input.get(2);
      ids.setName("input_ids");
      positions.setName("position_ids");
      mask.setName("attention_mask");
      NDList named = new NDList(ids, mask, positions);
      boolean first = input.size() == 3;
      if (!first) {
        // A second step has begun, so the first token is there.
        meter.firstToken();
      }
      Shape empty = new Shape(ids.getShape().get(0), heads, 0, headSize);
      for (int i = 0; i < 2 * layers; i++) {
        NDArray past = first ? context.getNDManager().create(empty) : input.get(3 + i);
        past.setName("past_key_values." + i / 2 + (i % 2 == 0 ? ".key" : ".value"));
        named.add(past);
      }
      return named;
    }

    @Override
    public CausalLMOutput processOutput(TranslatorContext context, NDList output) {
      return new CausalLMOutput(output.get(0), output.subNDList(1));
    }
  }
}

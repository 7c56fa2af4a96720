package io.loquent.runtime;

import io.loquent.GenerationListener;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.Score;
import io.loquent.TokenStream;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A generator over ONNX graphs. Thread-safe: see {@link Generator}.
 *
 * <p>The way of one request, from {@link #generate(GenerationRequest, GenerationListener)}: merged
 * options and read input ({@link #plan}), a search for them ({@link RequestPlan#start}), then steps
 * ({@link BatchRun#step}) of one run of the graph ({@code DecodingState}) and one choice ({@code
 * Search}) each; tokens become text ({@link CandidateText}) as soon as they are settled; {@link
 * BatchRun#close} frees every native value.
 */
public final class OnnxGenerator implements Generator {

  private final ModelConfig config;
  private final LoadedModel model;
  private final @Nullable Tokenizer tokenizer;
  private final PromptReader reader;
  private final Scorer scorer;
  private final Deadlines deadlines = new Deadlines();
  private final Lifetime lifetime;
  private final GenerationOptions defaults;

  private OnnxGenerator(ModelConfig config, OpenedFolder opened) {
    this.config = config;
    model = opened.model();
    tokenizer = opened.tokenizer();
    reader = new PromptReader(model, tokenizer);
    defaults = config.defaults().orElse(model.defaults());
    scorer = new Scorer(model, reader, opened.targetReader(), defaults);
    lifetime =
        new Lifetime(
            config.folder().toString(),
            () -> {
              deadlines.close();
              opened.close();
            });
  }

  /**
   * Opens a model. The same as {@link Generator#open(ModelConfig)}, for applications that do
   * without {@link java.util.ServiceLoader}.
   *
   * @param config the folder, and how to run it
   * @return a generator, to be closed
   * @throws io.loquent.ModelLoadException if the model cannot be used; nothing stays open
   */
  public static OnnxGenerator open(ModelConfig config) {
    OpenedFolder opened = OpenedFolder.open(config, new ArrayList<>());
    return new OnnxGenerator(config, opened);
  }

  @Override
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, token -> {});
  }

  @Override
  public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
    Objects.requireNonNull(listener, "listener");
    lifetime.enter();
    try {
      RequestRun run = start(plan(request));
      try (BatchRun batch = batch(List.of(run))) {
        boolean running = true;
        while (running) {
          running = batch.step();
          while (run.hasNext()) {
            listener.onToken(run.next());
          }
        }
        return batch.results().get(0);
      }
    } finally {
      lifetime.leave();
    }
  }

  @Override
  public List<GenerationResult> generateAll(List<GenerationRequest> requests) {
    lifetime.enter();
    try {
      List<RequestPlan> plans = requests.stream().map(this::plan).collect(Collectors.toList());
      int widestPrompt =
          plans.stream().mapToInt(plan -> plan.prompt().ids().length).max().orElse(0);
      int widestEncoder = plans.stream().mapToInt(OnnxGenerator::encoderLength).max().orElse(0);
      List<RequestRun> runs = new ArrayList<>();
      Map<RequestPlan.BatchKey, List<Integer>> groups = new LinkedHashMap<>();
      for (RequestPlan plan : plans) {
        groups.computeIfAbsent(plan.batchKey(model), key -> new ArrayList<>()).add(runs.size());
        runs.add(plan.start(model, reader, tokenizer, widestPrompt, widestEncoder));
      }
      GenerationResult[] results = new GenerationResult[runs.size()];
      groups.values().forEach(group -> runGroup(group, runs, results));
      return List.of(results);
    } finally {
      lifetime.leave();
    }
  }

  private void runGroup(List<Integer> group, List<RequestRun> runs, GenerationResult[] results) {
    for (int from = 0; from < group.size(); from += config.batchSize()) {
      List<Integer> part = group.subList(from, Math.min(group.size(), from + config.batchSize()));
      try (BatchRun batch = batch(part.stream().map(runs::get).collect(Collectors.toList()))) {
        boolean running = true;
        while (running) {
          running = batch.step();
        }
        List<GenerationResult> partResults = batch.results();
        for (int i = 0; i < part.size(); i++) {
          results[part.get(i)] = partResults.get(i);
        }
      }
    }
  }

  private static int encoderLength(RequestPlan plan) {
    int[] ids = plan.prompt().encoderIds();
    return ids == null ? 0 : ids.length;
  }

  @Override
  public TokenStream stream(GenerationRequest request) {
    lifetime.enter();
    try {
      RequestRun run = start(plan(request));
      RequestStream stream = new RequestStream(lifetime, run, batch(List.of(run)));
      if (!lifetime.register(stream)) {
        stream.close();
      }
      return stream;
    } finally {
      lifetime.leave();
    }
  }

  @Override
  public Score score(Input text) {
    lifetime.enter();
    try {
      return scorer.score(Objects.requireNonNull(text, "text"));
    } finally {
      lifetime.leave();
    }
  }

  @Override
  public Score score(Input input, Input target) {
    lifetime.enter();
    try {
      return scorer.score(
          Objects.requireNonNull(input, "input"), Objects.requireNonNull(target, "target"));
    } finally {
      lifetime.leave();
    }
  }

  @Override
  public ModelInfo model() {
    return model.info();
  }

  /** How many native buffers and tensors are lent to requests; 0 while none is running. */
  int lentBuffers() {
    return model.lentBuffers();
  }

  @Override
  public void close() {
    lifetime.close();
  }

  private RequestPlan plan(GenerationRequest request) {
    long startNanos = System.nanoTime();
    GenerationOptions options = request.options().orElse(defaults);
    return new RequestPlan(request, options, reader.prompt(request, options), startNanos);
  }

  private RequestRun start(RequestPlan plan) {
    return plan.start(model, reader, tokenizer, plan.prompt().ids().length, encoderLength(plan));
  }

  private BatchRun batch(List<RequestRun> runs) {
    return new BatchRun(model, runs, deadlines);
  }
}

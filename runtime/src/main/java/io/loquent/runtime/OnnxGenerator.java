package io.loquent.runtime;

import io.loquent.GenerationListener;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.Option;
import io.loquent.Score;
import io.loquent.TokenStream;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.PromptRow;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A generator over ONNX graphs. Thread-safe: see {@link Generator}.
 *
 * <p>The way of one request, from {@link #generate(GenerationRequest, GenerationListener)}: merged
 * options and read input ({@link #plan}), a search for them ({@link RequestPlan#start}), then steps
 * on the calling thread ({@link CallingThread#run}) or in a batch that other threads share ({@link
 * SharedThread#run}). Each step ({@link BatchRun#step}) is one run of the graph ({@code
 * DecodingState}) and one choice ({@code Search}); tokens become text ({@link CandidateText}) as
 * soon as they are settled; {@link BatchRun#close} frees every native value. Models for parallel
 * decoding have a search of {@link ParallelPlanning} over a {@code ParallelState}.
 */
public final class OnnxGenerator implements Generator {

  private final LoadedModel model;
  private final @Nullable Tokenizer tokenizer;
  private final PromptReader reader;
  private final Scorer scorer;
  private final Deadlines deadlines = new Deadlines();
  private final Lifetime lifetime;
  private final GenerationOptions defaults;
  private final RequestRunner alone;
  private final @Nullable SharedBatch shared;
  private final DraftModels drafts;
  private final Constraints constraints;
  private final ParallelPlanning parallel;
  private final PromptCache prompts;

  /** Those that are open, by identity. */
  private final Set<OnnxSession> sessions = Collections.newSetFromMap(new IdentityHashMap<>());

  private OnnxGenerator(ModelConfig config, OpenedFolder opened) {
    model = opened.model();
    tokenizer = opened.tokenizer();
    reader = opened.reader();
    defaults = config.defaults().orElse(model.defaults());
    scorer = new Scorer(model, reader, opened.targetReader(), defaults);
    DraftModels draftModels = new DraftModels(config, model, tokenizer);
    drafts = draftModels;
    PrefixCache prefixes =
        config.promptCacheBytes().isPresent()
            ? new PrefixCache(config.promptCacheBytes().getAsLong())
            : null;
    prompts = prefixes == null ? PromptCache.NONE : prefixes;
    if (prefixes != null) {
      model.relieveBy(prefixes::dropOldest);
    }
    constraints = new Constraints(tokenizer, model.info().vocabularySize());
    ParallelPlanning planning = new ParallelPlanning(config, model, tokenizer);
    parallel = planning;
    lifetime =
        new Lifetime(
            config.folder().toString(),
            () -> {
              deadlines.close();
              closeSessions();
              if (prefixes != null) {
                prefixes.close();
              }
              draftModels.close();
              planning.close();
              opened.close();
            });
    alone = new CallingThread(model, config, deadlines, lifetime);
    shared =
        config.continuousBatching()
            ? new SharedBatch(
                progress -> new BatchScheduler(model, config, deadlines, progress),
                lifetime,
                config.batchSize(),
                config.queueSize())
            : null;
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
    OnnxGenerator generator = new OnnxGenerator(config, opened);
    try {
      generator.defaults.get(Option.ASSISTANT_MODEL).ifPresent(generator.drafts::open);
      generator
          .defaults
          .get(Option.ASSISTANT_EARLY_EXIT)
          .ifPresent(generator.drafts::openEarlyExit);
      if (config.warmUp()) {
        WarmUp.run(generator, config, generator.model.parallel());
      }
      return generator;
    } catch (RuntimeException | Error e) {
      generator.close();
      throw e;
    }
  }

  @Override
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, token -> {});
  }

  @Override
  public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
    return generate(request, listener, prompts);
  }

  /** Generates with what a cache remembers, and leaves there what is to be remembered. */
  GenerationResult generate(
      GenerationRequest request, GenerationListener listener, PromptCache cache) {
    Objects.requireNonNull(listener, "listener");
    lifetime.enter();
    try {
      return runner(cache).run(start(plan(request), cache), listener);
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
      for (RequestPlan plan : plans) {
        RequestRun run =
            plan.start(
                model,
                reader,
                tokenizer,
                drafts,
                constraints,
                parallel,
                widestPrompt,
                widestEncoder);
        run.remember(prompts);
        runs.add(run);
      }
      // Prompts of similar length need little padding, and a long one is better begun early.
      List<RequestRun> longestFirst = new ArrayList<>(runs);
      longestFirst.sort(Comparator.comparingInt(RequestRun::promptLength).reversed());
      Map<RequestRun, GenerationResult> results = runner(prompts).runAll(longestFirst);
      return runs.stream().map(results::get).collect(Collectors.toList());
    } finally {
      lifetime.leave();
    }
  }

  private static int encoderLength(RequestPlan plan) {
    int[] ids = plan.prompt().encoderIds();
    return ids == null ? 0 : ids.length;
  }

  @Override
  public TokenStream stream(GenerationRequest request) {
    return stream(request, prompts);
  }

  /** Streams with what a cache remembers, and leaves there what is to be remembered. */
  TokenStream stream(GenerationRequest request, PromptCache cache) {
    lifetime.enter();
    try {
      TokenStream stream = runner(cache).stream(start(plan(request), cache));
      if (!lifetime.register(stream)) {
        stream.close();
      }
      return stream;
    } finally {
      lifetime.leave();
    }
  }

  /**
   * What a shared batch calls back cannot wait for that batch, so it runs by itself; and a session
   * has its own cache.
   */
  private RequestRunner runner(PromptCache cache) {
    return shared == null || shared.isOwnThread() || cache instanceof OnnxSession
        ? alone
        : new SharedThread(shared, lifetime);
  }

  @Override
  public OnnxSession session() {
    if (model.isEncoderDecoder() || model.parallel().isPresent()) {
      throw new InvalidRequestException(
          model.info().name()
              + " is of the kind "
              + model.info().kind()
              + ", which reads each request's input anew; sessions are for decoders");
    }
    lifetime.enter();
    try {
      OnnxSession session = new OnnxSession(this, prompts);
      synchronized (sessions) {
        sessions.add(session);
      }
      return session;
    } finally {
      lifetime.leave();
    }
  }

  /** Takes note that a session was closed. */
  void forget(OnnxSession session) {
    synchronized (sessions) {
      sessions.remove(session);
    }
  }

  private void closeSessions() {
    List<OnnxSession> open;
    synchronized (sessions) {
      open = new ArrayList<>(sessions);
    }
    open.forEach(OnnxSession::close);
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

  /** How much native memory is kept between requests. */
  long rememberedBytes() {
    return prompts instanceof PrefixCache prefixes ? prefixes.bytes() : 0;
  }

  @Override
  public void close() {
    lifetime.close();
  }

  private RequestPlan plan(GenerationRequest request) {
    long startNanos = System.nanoTime();
    GenerationOptions options = request.options().orElse(defaults);
    PromptRow prompt = reader.prompt(request, options);
    TokenHealing healing = TokenHealing.of(request, options, prompt, model, tokenizer, constraints);
    return healing == null
        ? new RequestPlan(request, options, prompt, startNanos)
        : healing.plan(request, options, startNanos);
  }

  private RequestRun start(RequestPlan plan, PromptCache cache) {
    RequestRun run =
        plan.start(
            model,
            reader,
            tokenizer,
            drafts,
            constraints,
            parallel,
            plan.prompt().ids().length,
            encoderLength(plan));
    run.remember(cache);
    return run;
  }
}

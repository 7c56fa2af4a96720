package io.loquent;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that an application changes to swap a model: the folder, and how to run it. Immutable and
 * thread-safe.
 *
 * <p>As a file, {@code loquent.properties} or JSON with the same names, dotted or nested ({@code
 * {"threads": {"intra_op": 2}}}; null leaves a setting unset). In a {@code .properties} file a
 * backslash escapes, so write paths with {@code /}.
 *
 * <pre>
 * model=models/g2p                 # relative to this file
 * precision=q8                     # or auto, fp32, fp16, q4, ...
 * providers=cuda,cpu               # in order of preference
 * provider.cuda.device_id=0        # any option of the provider
 * threads.intra_op=2
 * threads.inter_op=1
 * threads.spinning=false
 * batch_size=8
 * continuous_batching=true         # concurrent calls share the runs of the model
 * queue_size=256                   # calls that may wait for room in the running batch
 * prefill_chunk_tokens=128         # tokens of a prompt between two steps of the others
 * memory_limit_mb=2048             # for caches, states and logits of running requests
 * prompt_cache_mb=512              # kept between requests, for prompts that begin alike
 * graph_additions=true             # false runs the graphs exactly as they are in their files
 * optimized_model_cache=cache      # a folder for optimized graphs, relative to this file
 * warm_up=false                    # true generates a few tokens while the model is opened
 * draft.model=models/small         # a smaller model guesses tokens ahead for every request
 * draft.early_exit=2               # or the model itself does, with its layers up to an early exit
 * draft.prompt_lookup=true         # or they are guessed from the text itself
 * draft.lookahead=true             # or from what the model predicted behind earlier guesses
 * tokenizer=models/tokenizer       # a folder, where the model's own has none
 * session.session.disable_prepacking=0   # any ONNX Runtime session config entry
 * generation.num_beams=4           # any generation option, values as in JSON
 * </pre>
 */
public final class ModelConfig {

  private final Path folder;
  private final Optional<Path> tokenizerFolder;
  private final String precision;
  private final List<ExecutionProvider> providers;
  private final OptionalInt intraOpThreads;
  private final OptionalInt interOpThreads;
  private final Optional<Boolean> spinning;
  private final int batchSize;
  private final boolean continuousBatching;
  private final int queueSize;
  private final int prefillChunkTokens;
  private final OptionalLong memoryLimitBytes;
  private final OptionalLong promptCacheBytes;
  private final boolean graphAdditions;
  private final Optional<Path> optimizedModelCache;
  private final boolean warmUp;
  private final Map<String, String> sessionEntries;
  private final GenerationOptions defaults;

  private ModelConfig(Builder builder) {
    folder = builder.folder;
    tokenizerFolder = Optional.ofNullable(builder.tokenizerFolder);
    precision = builder.precision;
    providers = builder.providers;
    intraOpThreads = builder.intraOpThreads;
    interOpThreads = builder.interOpThreads;
    spinning = Optional.ofNullable(builder.spinning);
    batchSize = builder.batchSize;
    continuousBatching = builder.continuousBatching;
    queueSize = builder.queueSize;
    prefillChunkTokens = builder.prefillChunkTokens;
    memoryLimitBytes = builder.memoryLimitBytes;
    promptCacheBytes = builder.promptCacheBytes;
    graphAdditions = builder.graphAdditions;
    optimizedModelCache = Optional.ofNullable(builder.optimizedModelCache);
    warmUp = builder.warmUp;
    sessionEntries = Map.copyOf(builder.sessionEntries);
    defaults = builder.defaults;
  }

  /**
   * Reads a configuration.
   *
   * @param path a model folder, or a {@code .properties} or {@code .json} file
   * @return the configuration
   * @throws ModelLoadException if there is no such folder or file, or the file is not understood:
   *     an unknown setting (the message lists the near ones) or a value out of range
   */
  public static ModelConfig load(Path path) {
    return ModelConfigReader.load(path);
  }

  /**
   * Starts a configuration.
   *
   * @param folder the model folder
   * @return a builder
   */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /**
   * Starts from this configuration.
   *
   * @return a builder that holds it
   */
  public Builder toBuilder() {
    Builder builder = new Builder(folder);
    builder.tokenizerFolder = tokenizerFolder.orElse(null);
    builder.precision = precision;
    builder.providers = providers;
    builder.intraOpThreads = intraOpThreads;
    builder.interOpThreads = interOpThreads;
    builder.spinning = spinning.orElse(null);
    builder.batchSize = batchSize;
    builder.continuousBatching = continuousBatching;
    builder.queueSize = queueSize;
    builder.prefillChunkTokens = prefillChunkTokens;
    builder.memoryLimitBytes = memoryLimitBytes;
    builder.promptCacheBytes = promptCacheBytes;
    builder.graphAdditions = graphAdditions;
    builder.optimizedModelCache = optimizedModelCache.orElse(null);
    builder.warmUp = warmUp;
    builder.sessionEntries.putAll(sessionEntries);
    builder.defaults = defaults;
    return builder;
  }

  /**
   * Returns the model folder.
   *
   * @return the folder
   */
  public Path folder() {
    return folder;
  }

  /**
   * Returns the folder of the tokenizer, where it is not the model's.
   *
   * @return the folder, if set
   */
  public Optional<Path> tokenizerFolder() {
    return tokenizerFolder;
  }

  /**
   * Returns which of several graphs to take.
   *
   * @return {@code auto}, or a precision such as {@code fp32}, {@code fp16}, {@code q8}, {@code q4}
   */
  public String precision() {
    return precision;
  }

  /**
   * Returns where to run, in order of preference.
   *
   * @return the providers; at least one
   */
  public List<ExecutionProvider> providers() {
    return providers;
  }

  /**
   * Returns the threads that work on one operator.
   *
   * @return the number, if set; otherwise one per physical core, or per processor that the process
   *     may use if a container leaves it fewer
   */
  public OptionalInt intraOpThreads() {
    return intraOpThreads;
  }

  /**
   * Returns the operators that run side by side.
   *
   * @return the number, if set; otherwise 1
   */
  public OptionalInt interOpThreads() {
    return interOpThreads;
  }

  /**
   * Returns whether idle threads spin. A step is hundreds of short operators, and waking a sleeping
   * thread for each takes longer than many of them; but a thread that spins takes time from others.
   * So the default spins for a moment only, 20 microseconds: on two idle cores that decodes as fast
   * as spinning without end (1.2 to 1.4 times as fast as sleeping), and up to about a fifth slower
   * than sleeping on busy ones. Another time goes in as {@code session.intra_op.spin_duration_us},
   * with true.
   *
   * @return true (as long as ONNX Runtime likes, for machines with nothing else to do) or false
   *     (never), if set; otherwise for a moment
   */
  public Optional<Boolean> spinning() {
    return spinning;
  }

  /**
   * Returns how many requests run at once in {@link Generator#generateAll}, and in the running
   * batch of {@link #continuousBatching()}.
   *
   * @return at least 1
   */
  public int batchSize() {
    return batchSize;
  }

  /**
   * Returns whether concurrent calls share the runs of the model (continuous batching). A request
   * joins the running batch between two steps and leaves it when it is finished. Results are those
   * of a request alone, but for rounding in the last digits of scores.
   *
   * <p>The model then runs on one thread of the generator's own, which exists only while there are
   * requests; so do logits processors, stopping criteria and other callbacks of requests, while
   * listeners stay on the calling thread. A {@link TokenStream} is generated whether it is read or
   * not.
   *
   * @return false unless switched on
   */
  public boolean continuousBatching() {
    return continuousBatching;
  }

  /**
   * Returns how many requests may wait for room in the running batch of {@link
   * #continuousBatching()}; a further one fails at once with an {@link OverloadException}. {@link
   * Generator#generateAll} waits instead.
   *
   * @return at least 1
   */
  public int queueSize() {
    return queueSize;
  }

  /**
   * Returns how many tokens of prompts run between two steps of the requests that are generating,
   * in {@link #continuousBatching()} and {@link Generator#generateAll}: a long prompt runs in
   * parts, so that it does not stall the others, and short ones run together. A graph that cannot
   * continue a prompt runs all of it at once.
   *
   * @return at least 1
   */
  public int prefillChunkTokens() {
    return prefillChunkTokens;
  }

  /**
   * Returns the most native memory that running requests may take together, for caches, states and
   * logits; the weights and ONNX Runtime's own work space do not count.
   *
   * @return bytes, if limited
   */
  public OptionalLong memoryLimitBytes() {
    return memoryLimitBytes;
  }

  /**
   * Returns how much native memory may be kept between requests, so that a prompt that begins like
   * an earlier one runs only its rest. It counts towards {@link #memoryLimitBytes()}, and is given
   * back, what was not used for longest first, before a request meets that limit.
   *
   * @return bytes; empty if every request runs all of its prompt
   */
  public OptionalLong promptCacheBytes() {
    return promptCacheBytes;
  }

  /**
   * Returns whether graphs may be changed in memory while they are loaded, so that they compute no
   * more than is read. The results are the same but for rounding.
   *
   * @return true unless switched off
   */
  public boolean graphAdditions() {
    return graphAdditions;
  }

  /**
   * Returns the folder in which optimized graphs are kept between starts. A later start does
   * without most of the optimizing. Where the kernels' arrangement of the weights can be kept too
   * (not that of MatMulNBits, the 4 and 8 bit blocks of ONNX Runtime), it is mapped from the file
   * instead of computed into memory of the process, and processes on one machine share it. The
   * first start takes longer, and an entry takes one to two times the room of the model's own
   * weights.
   *
   * <p>An entry goes with one model file, its weights, the changes of {@link #graphAdditions()},
   * the session config entries and the version of ONNX Runtime. An entry that no longer fits its
   * file, or is damaged, is replaced (weights are checked by length only); entries may be deleted
   * at any time. Any number of processes may use one folder. Works with {@code cpu} as the only
   * provider.
   *
   * @return the folder, if set; it is made when it is first needed
   */
  public Optional<Path> optimizedModelCache() {
    return optimizedModelCache;
  }

  /**
   * Returns whether a generator runs the model once while it is opened, so that the first request
   * does not pay for weights that are read for the first time, for work space, and for Java code
   * that is not compiled yet. Opening takes longer by a prompt of 16 tokens and 8 generated ones
   * with the default options, in one request.
   *
   * @return false unless switched on
   */
  public boolean warmUp() {
    return warmUp;
  }

  /**
   * Returns further ONNX Runtime session config entries.
   *
   * @return values by key
   */
  public Map<String, String> sessionEntries() {
    return sessionEntries;
  }

  /**
   * Returns the application's default options.
   *
   * @return options, between those of a request and those of the model
   */
  public GenerationOptions defaults() {
    return defaults;
  }

  /** Builds a configuration. Not thread-safe. */
  public static final class Builder {
    private final Path folder;
    private @Nullable Path tokenizerFolder;
    private String precision = "auto";
    private List<ExecutionProvider> providers =
        List.of(ExecutionProvider.of(ExecutionProvider.Kind.CPU));
    private OptionalInt intraOpThreads = OptionalInt.empty();
    private OptionalInt interOpThreads = OptionalInt.empty();
    private @Nullable Boolean spinning;
    private int batchSize = 16;
    private boolean continuousBatching;
    private int queueSize = 256;
    private int prefillChunkTokens = 128;
    private OptionalLong memoryLimitBytes = OptionalLong.empty();
    private OptionalLong promptCacheBytes = OptionalLong.empty();
    private boolean graphAdditions = true;
    private @Nullable Path optimizedModelCache;
    private boolean warmUp;
    private final Map<String, String> sessionEntries = new LinkedHashMap<>();
    private GenerationOptions defaults = GenerationOptions.none();

    private Builder(Path folder) {
      this.folder = Objects.requireNonNull(folder, "folder");
    }

    /**
     * Sets the folder of the tokenizer.
     *
     * @param folder holds {@code tokenizer.json} and the files beside it: {@code
     *     tokenizer_config.json}, {@code special_tokens_map.json}, chat templates; those of the
     *     model folder do not count then
     * @return this builder
     */
    public Builder tokenizerFolder(Path folder) {
      tokenizerFolder = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Sets which of several graphs to take.
     *
     * @param precision {@code auto} (the unsuffixed graph, else the only one there is), or {@code
     *     fp32}, {@code fp16}, {@code q8}, {@code int8}, {@code uint8}, {@code q4}, {@code q4f16},
     *     {@code bnb4}
     * @return this builder
     */
    public Builder precision(String precision) {
      this.precision = Objects.requireNonNull(precision, "precision");
      return this;
    }

    /**
     * Sets where to run.
     *
     * @param providers in order of preference, at least one
     * @return this builder
     */
    public Builder providers(ExecutionProvider... providers) {
      if (providers.length == 0) {
        throw new ModelLoadException("providers is empty; name at least one, such as cpu");
      }
      this.providers = List.of(providers);
      return this;
    }

    /**
     * Sets the threads that work on one operator.
     *
     * @param threads at least 1
     * @return this builder
     */
    public Builder intraOpThreads(int threads) {
      intraOpThreads = OptionalInt.of(atLeastOne("threads.intra_op", threads));
      return this;
    }

    /**
     * Sets the operators that run side by side.
     *
     * @param threads at least 1
     * @return this builder
     */
    public Builder interOpThreads(int threads) {
      interOpThreads = OptionalInt.of(atLeastOne("threads.inter_op", threads));
      return this;
    }

    /**
     * Sets whether idle threads spin.
     *
     * @param spinning true or false, instead of the moment that is the default; see {@link
     *     ModelConfig#spinning()}
     * @return this builder
     */
    public Builder spinning(boolean spinning) {
      this.spinning = spinning;
      return this;
    }

    /**
     * Sets how many requests run at once in {@link Generator#generateAll} and in continuous
     * batching.
     *
     * @param batchSize at least 1
     * @return this builder
     */
    public Builder batchSize(int batchSize) {
      this.batchSize = atLeastOne("batch_size", batchSize);
      return this;
    }

    /**
     * Sets whether concurrent calls share the runs of the model.
     *
     * @param continuousBatching true for throughput of many calls at a time
     * @return this builder
     * @see ModelConfig#continuousBatching()
     */
    public Builder continuousBatching(boolean continuousBatching) {
      this.continuousBatching = continuousBatching;
      return this;
    }

    /**
     * Sets how many requests may wait for room in the running batch of continuous batching.
     *
     * @param queueSize at least 1
     * @return this builder
     */
    public Builder queueSize(int queueSize) {
      this.queueSize = atLeastOne("queue_size", queueSize);
      return this;
    }

    /**
     * Sets how many tokens of prompts run between two steps of the requests that are generating.
     *
     * @param tokens at least 1; fewer make others wait less, and prompts take a little longer
     * @return this builder
     */
    public Builder prefillChunkTokens(int tokens) {
      prefillChunkTokens = atLeastOne("prefill_chunk_tokens", tokens);
      return this;
    }

    /**
     * Limits the native memory of running requests. A request that needs more fails with an {@link
     * InferenceException}, and the others go on.
     *
     * @param bytes at least 1
     * @return this builder
     */
    public Builder memoryLimitBytes(long bytes) {
      if (bytes < 1) {
        throw new ModelLoadException("the memory limit must be at least 1 byte; found " + bytes);
      }
      memoryLimitBytes = OptionalLong.of(bytes);
      return this;
    }

    /**
     * Sets how much native memory may be kept between requests, for prompts that begin alike.
     *
     * @param bytes at least 1; a sequence that is larger by itself is not kept
     * @return this builder
     */
    public Builder promptCacheBytes(long bytes) {
      if (bytes < 1) {
        throw new ModelLoadException("the prompt cache must have at least 1 byte; found " + bytes);
      }
      promptCacheBytes = OptionalLong.of(bytes);
      return this;
    }

    /**
     * Sets whether graphs may be changed in memory while they are loaded.
     *
     * @param graphAdditions false runs them exactly as they are in their files
     * @return this builder
     */
    public Builder graphAdditions(boolean graphAdditions) {
      this.graphAdditions = graphAdditions;
      return this;
    }

    /**
     * Sets where optimized graphs are kept between starts.
     *
     * @param folder made when it is first needed; see {@link ModelConfig#optimizedModelCache()}
     * @return this builder
     */
    public Builder optimizedModelCache(Path folder) {
      optimizedModelCache = Objects.requireNonNull(folder, "folder");
      return this;
    }

    /**
     * Sets whether a generator runs the model once while it is opened.
     *
     * @param warmUp true makes opening slower and the first request faster
     * @return this builder
     */
    public Builder warmUp(boolean warmUp) {
      this.warmUp = warmUp;
      return this;
    }

    /**
     * Adds an ONNX Runtime session config entry.
     *
     * @param key such as {@code session.intra_op.allow_spinning}
     * @param value its value
     * @return this builder
     */
    public Builder sessionEntry(String key, String value) {
      sessionEntries.put(
          Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sets the application's default options.
     *
     * @param defaults options, between those of a request and those of the model
     * @return this builder
     */
    public Builder defaults(GenerationOptions defaults) {
      this.defaults = Objects.requireNonNull(defaults, "defaults");
      return this;
    }

    /**
     * Sets default options beside those set already.
     *
     * @param edit sets options on the builder that it is given
     * @return this builder
     */
    public Builder defaults(Consumer<GenerationOptions.Builder> edit) {
      GenerationOptions.Builder builder = defaults.toBuilder();
      edit.accept(builder);
      return defaults(builder.build());
    }

    /**
     * Builds the configuration.
     *
     * @return an immutable configuration
     */
    public ModelConfig build() {
      return new ModelConfig(this);
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new ModelLoadException(name + " must be at least 1; found " + value);
      }
      return value;
    }
  }
}

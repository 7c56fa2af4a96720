package io.loquent.runtime;

import io.loquent.Candidate;
import io.loquent.CanvasSnapshot;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Input;
import io.loquent.Option;
import io.loquent.Speculation;
import io.loquent.Timings;
import io.loquent.Token;
import io.loquent.Usage;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Generation;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.runtime.model.PromptRow;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One request while it is being generated. Confined to the generating thread, but for {@link
 * #cancel()}, {@link #stopReason()} and {@link #isLive()}.
 */
final class RequestRun {

  /** Requests with equal keys can share runs of the model from the start. */
  final Object batchKey;

  final GenerationRequest request;
  final GenerationOptions options;
  final Generation search;
  private final RequestDrafting drafting;
  final List<PromptRow> rows;
  private final @Nullable Tokenizer tokenizer;
  private final @Nullable SpelledTokens constrained;

  /** How much of the generated text is the end of the prompt. */
  private final int healedCharacters;

  private final CandidateText streamed;
  private final ReasoningTags reasoning;
  final int maxLength;
  private final long startNanos;
  private final boolean exactDrafts;
  private final long limitNanos;
  private PromptCache cache = PromptCache.NONE;
  private int cachedTokens;
  private int emitted;
  private int modelRuns;
  private long firstTokenNanos = -1;
  private @Nullable Throwable failure;
  private volatile boolean cancelled;
  private volatile Runnable onCancel = () -> {};
  private volatile boolean live = true;

  RequestRun(
      Object batchKey,
      GenerationRequest request,
      GenerationOptions options,
      Generation search,
      RequestDrafting drafting,
      List<PromptRow> rows,
      @Nullable Tokenizer tokenizer,
      @Nullable SpelledTokens constrained,
      int healedCharacters,
      long startNanos,
      boolean exactDrafts,
      int maxLength) {
    this.batchKey = batchKey;
    this.request = request;
    this.options = options;
    this.search = search;
    this.drafting = drafting;
    this.rows = List.copyOf(rows);
    this.tokenizer = tokenizer;
    this.constrained = constrained;
    this.healedCharacters = healedCharacters;
    this.startNanos = startNanos;
    this.exactDrafts = exactDrafts;
    this.maxLength = maxLength;
    limitNanos = options.get(Option.MAX_TIME).map(Duration::toNanos).orElse(Long.MAX_VALUE);
    streamed = newText();
    reasoning = ReasoningTags.of(request, options);
  }

  private CandidateText newText() {
    return new CandidateText(
        detokenizer(),
        options.get(Option.STOP_STRINGS).orElse(List.of()),
        options.get(Option.INCLUDE_STOP_STR_IN_OUTPUT).orElse(false),
        healedCharacters);
  }

  private @Nullable IncrementalDetokenizer detokenizer() {
    boolean skipSpecialTokens = options.get(Option.SKIP_SPECIAL_TOKENS).orElse(true);
    if (constrained != null && skipSpecialTokens) {
      return constrained.detokenizer();
    }
    if (tokenizer == null) {
      return null;
    }
    return hasTools() && !options.get(Option.SKIP_SPECIAL_TOKENS).isPresent()
        ? new ToolMarkedText(tokenizer)
        : tokenizer.detokenizer(skipSpecialTokens);
  }

  private boolean hasTools() {
    return request.input() instanceof Input.Chat chat && !chat.tools().isEmpty();
  }

  /** Sets where it finds what need not run again, and leaves what is to be remembered. */
  void remember(PromptCache promptCache) {
    cache = promptCache;
  }

  PromptCache cache() {
    return cache;
  }

  /** Takes note of how many tokens of its prompt need not run. */
  void cached(int tokens) {
    cachedTokens = tokens;
  }

  /**
   * What the first row of its state certainly begins with.
   *
   * @param rows how many rows the state has
   */
  int[] remembered(int rows) {
    int[] prompt = this.rows.get(0).ids();
    boolean isOneSequence =
        rows == 1 && options.get(Option.NUM_RETURN_SEQUENCES).orElse(1) == 1 && numBeams() == 1;
    // The newest token has not run yet.
    int count = isOneSequence ? Math.max(0, search.settled() - 1) : 0;
    int[] tokens = Arrays.copyOf(prompt, prompt.length + count);
    for (int i = 0; i < count; i++) {
      tokens[prompt.length + i] = search.token(i).id();
    }
    return tokens;
  }

  private int numBeams() {
    return options.get(Option.NUM_BEAMS).orElse(1);
  }

  /** Whether it still takes part in runs. Thread-safe. */
  boolean isLive() {
    return live;
  }

  /** Why it must stop now, if it must. Thread-safe. */
  @Nullable FinishReason stopReason() {
    if (cancelled || request.cancellation().isCancelled()) {
      return FinishReason.CANCELLED;
    }
    return remainingNanos() <= 0 ? FinishReason.TIMED_OUT : null;
  }

  /** The time it has left. Thread-safe. */
  long remainingNanos() {
    return limitNanos == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : limitNanos - (System.nanoTime() - startNanos);
  }

  /** Ends it with what it has. */
  void stop(FinishReason reason) {
    if (live) {
      search.finish(reason);
      live = false;
    }
  }

  /** Stops its draft model, because nobody waits for it any more. Thread-safe. */
  void interrupt() {
    drafting.interrupt();
  }

  /** Frees what it holds beside the batch. May be called repeatedly. */
  void free() {
    drafting.close();
  }

  /** Asks for its end, because nobody waits for it any more. Thread-safe. */
  void cancel() {
    cancelled = true;
    onCancel.run();
  }

  /** Sets what {@link #cancel()} runs from now on, if it was not called before. */
  void onCancel(Runnable action) {
    onCancel = action;
  }

  /** Ends it without a result, because its own search failed. */
  void fail(Throwable reason) {
    failure = reason;
    live = false;
  }

  /** Ends it without a result, because of something outside it. */
  void abort(Throwable reason) {
    if (live) {
      search.finish(FinishReason.CANCELLED);
      fail(reason);
    }
  }

  @Nullable Throwable failure() {
    return failure;
  }

  /** Its length so far, of its longest candidate. */
  int length() {
    return rows.get(0).ids().length + Math.max(modelRuns, search.settled());
  }

  /** Tokens that have to run before its first one is known, in the encoder or the decoder. */
  int promptLength() {
    int[] encoderIds = rows.get(0).encoderIds();
    return Math.max(rows.get(0).ids().length, encoderIds == null ? 0 : encoderIds.length);
  }

  /** Takes note of what a step has changed, in which the decoder ran or only the encoder. */
  void afterStep(boolean decoded) {
    if (decoded) {
      modelRuns++;
    }
    if (decoded && firstTokenNanos < 0) {
      firstTokenNanos = System.nanoTime();
    }
    if (search.isFinished()) {
      live = false;
    }
  }

  /** Whether a token of the first candidate can be handed out. */
  boolean hasNext() {
    return failure == null && emitted < search.settled();
  }

  /** The next token of the first candidate. */
  Token next() {
    int index = emitted++;
    FinishReason ended = search.firstFinishReason().orElse(null);
    boolean last = ended != null && index == search.settled() - 1;
    FinishReason reason = last ? ended : null;
    return streamed.next(
        search.token(index), last && isCompleteText(reason), reason == FinishReason.STOP_STRING);
  }

  /** A stopped candidate's text ends where a reader of the stream saw it end. */
  private static boolean isCompleteText(@Nullable FinishReason reason) {
    return reason != FinishReason.CANCELLED && reason != FinishReason.TIMED_OUT;
  }

  /** What is on its canvas now; empty for decoding token by token. */
  Optional<CanvasSnapshot> canvas() {
    if (failure != null || !(search instanceof ParallelSearch parallel)) {
      return Optional.empty();
    }
    int[] ids = parallel.provisional();
    List<Integer> boxed = Arrays.stream(ids).boxed().collect(Collectors.toList());
    String text = tokenizer == null ? "" : tokenizer.decode(ids, false);
    return Optional.of(new CanvasSnapshot(modelRuns, boxed, text));
  }

  /** What came of it; throws what it failed with. */
  GenerationResult result() {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
    List<Candidate> candidates = new ArrayList<>();
    int generated = 0;
    for (Hypothesis hypothesis : search.results()) {
      candidates.add(candidate(hypothesis));
      generated += hypothesis.tokens().size();
    }
    long now = System.nanoTime();
    PromptRow row = rows.get(0);
    int[] encoderIds = row.encoderIds();
    int promptTokens =
        row.features() != null ? 0 : encoderIds != null ? encoderIds.length : row.ids().length;
    return new GenerationResult(
        candidates,
        new Usage(promptTokens, cachedTokens, generated, modelRuns),
        new Timings(
            Duration.ofNanos((firstTokenNanos < 0 ? now : firstTokenNanos) - startNanos),
            Duration.ofNanos(now - startNanos)),
        search.speculation().map(this::speculation));
  }

  private Speculation speculation(Speculation counted) {
    return new Speculation(
        counted.rounds(),
        counted.draftedTokens(),
        counted.acceptedTokens(),
        counted.modelRunsSaved(),
        exactDrafts,
        counted.acceptedIndexes());
  }

  private Candidate candidate(Hypothesis hypothesis) {
    CandidateText text = newText();
    List<Token> tokens = new ArrayList<>();
    StringBuilder joined = new StringBuilder();
    int count = hypothesis.tokens().size();
    for (ChosenToken chosen : hypothesis.tokens()) {
      boolean last = tokens.size() == count - 1;
      boolean stopped = last && hypothesis.finishReason() == FinishReason.STOP_STRING;
      Token token = text.next(chosen, last && isCompleteText(hypothesis.finishReason()), stopped);
      tokens.add(token);
      joined.append(token.text());
    }
    return new Candidate(
        joined.toString(),
        tokens,
        hypothesis.score(),
        hypothesis.finishReason(),
        hypothesis.words(),
        reasoning.split(joined.toString()));
  }
}

package io.loquent.samples.cli;

import io.loquent.Candidate;
import io.loquent.ContextLengthException;
import io.loquent.FinishReason;
import io.loquent.GenerationListener;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import io.loquent.Option;
import io.loquent.Score;
import io.loquent.Session;
import io.loquent.Speculation;
import io.loquent.Timings;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.Usage;
import io.loquent.spi.GeneratorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A model that answers with what it was given: its tokens are the ids of the input, or the
 * characters of the text in capital letters, one by one. It remembers every request.
 */
final class FakeModel implements GeneratorProvider, Generator {

  static final ModelInfo INFO =
      new ModelInfo(
          "echo",
          ModelInfo.Kind.DECODER,
          "model.onnx with past inputs",
          "fp32",
          300,
          OptionalInt.of(64),
          new ModelInfo.SpecialTokens(
              OptionalInt.of(0), OptionalInt.empty(), List.of(2, 3), OptionalInt.empty()),
          List.of(
              tensor(ModelInfo.Role.INPUT, "input_ids", "INT64", "batch_size", "sequence_length"),
              tensor(ModelInfo.Role.STATE_INPUT, "past_key_values.0.key", "FLOAT", "batch_size"),
              tensor(ModelInfo.Role.OUTPUT, "logits", "FLOAT", "batch_size", "300")),
          List.of("a note"));

  final List<GenerationRequest> requests = new ArrayList<>();
  final List<List<GenerationRequest>> batches = new ArrayList<>();
  final List<Input> scored = new ArrayList<>();
  ModelConfig config;
  ModelReport report = new ModelReport(Optional.of(INFO), List.of("found model.onnx"), List.of());
  int cancelAfter = Integer.MAX_VALUE;
  int topLogprobs;
  boolean closed;

  private static ModelInfo.Tensor tensor(
      ModelInfo.Role role, String name, String type, String... shape) {
    return new ModelInfo.Tensor("model.onnx", role, name, type, List.of(shape));
  }

  @Override
  public Generator open(ModelConfig config) {
    this.config = config;
    return this;
  }

  @Override
  public ModelReport inspect(ModelConfig config) {
    this.config = config;
    return report;
  }

  /** Remembers nothing. */
  @Override
  public Session session() {
    return new Session() {
      @Override
      public GenerationResult generate(GenerationRequest request) {
        return FakeModel.this.generate(request);
      }

      @Override
      public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
        return FakeModel.this.generate(request, listener);
      }

      @Override
      public TokenStream stream(GenerationRequest request) {
        return FakeModel.this.stream(request);
      }

      @Override
      public int cachedTokens() {
        return 0;
      }

      @Override
      public long cachedBytes() {
        return 0;
      }

      @Override
      public void drop() {}

      @Override
      public Session fork() {
        return session();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, token -> {});
  }

  @Override
  public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
    requests.add(request);
    List<Token> tokens = new ArrayList<>();
    for (int id : ids(request.input())) {
      if (tokens.size() == cancelAfter) {
        request.cancellation().cancel();
      }
      if (request.cancellation().isCancelled()) {
        break;
      }
      String text = id < 128 ? String.valueOf((char) Character.toUpperCase(id)) : "";
      List<Token.TopToken> top = new ArrayList<>();
      for (int i = 0; i < topLogprobs; i++) {
        top.add(new Token.TopToken(id + i, -0.5 - i));
      }
      Token token = new Token(tokens.size(), id, text, -0.5, -0.75, top);
      tokens.add(token);
      listener.onToken(token);
    }
    FinishReason reason =
        request.cancellation().isCancelled()
            ? FinishReason.CANCELLED
            : FinishReason.END_OF_SEQUENCE;
    List<Candidate> candidates = new ArrayList<>();
    int count = request.options().get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      tokens.forEach(token -> text.append(token.text()));
      candidates.add(new Candidate(text.toString(), tokens, -1.5 - i, reason));
    }
    return new GenerationResult(
        candidates,
        new Usage(tokens.size(), 0, tokens.size() * count, tokens.size()),
        new Timings(Duration.ofMillis(1), Duration.ofMillis(2)),
        speculation(request.options()));
  }

  private static Optional<Speculation> speculation(GenerationOptions options) {
    boolean drafts =
        options.get(Option.PROMPT_LOOKUP).orElse(false)
            || options.get(Option.ASSISTANT_MODEL).isPresent();
    return drafts
        ? Optional.of(new Speculation(2, 8, 2, 1, true, List.of(1, 3)))
        : Optional.empty();
  }

  private static int[] ids(Input input) {
    if (input instanceof Input.Text text) {
      return text.text().chars().toArray();
    }
    if (input instanceof Input.TextPair pair) {
      return (pair.first() + "+" + pair.second()).chars().toArray();
    }
    if (input instanceof Input.Features features) {
      int[] ids = new int[features.values().remaining()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = Math.round(features.values().get(i));
      }
      return ids;
    }
    int[] ids = ((Input.Tokens) input).toArray();
    if (ids.length > 64) {
      throw new ContextLengthException("the prompt has too many tokens", ids.length, 64);
    }
    return ids;
  }

  @Override
  public List<GenerationResult> generateAll(List<GenerationRequest> requests) {
    batches.add(requests);
    return requests.stream().map(this::generate).toList();
  }

  @Override
  public TokenStream stream(GenerationRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Score score(Input text) {
    scored.add(text);
    return new Score(List.of(new Score.ScoredToken(7, -1), new Score.ScoredToken(8, -2)));
  }

  @Override
  public Score score(Input input, Input target) {
    scored.add(input);
    return score(target);
  }

  @Override
  public ModelInfo model() {
    return INFO;
  }

  @Override
  public void close() {
    closed = true;
  }
}

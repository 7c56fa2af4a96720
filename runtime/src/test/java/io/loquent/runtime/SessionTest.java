package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loquent.Cancellation;
import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Session;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session remembers saves runs and changes no result. */
@ExtendWith(NothingLeaks.class)
final class SessionTest {

  private static final int TURNS = 20;

  private static final List<Consumer<GenerationOptions.Builder>> STRATEGIES =
      List.of(
          o -> o.decoding(Decoding.greedy()),
          o -> o.decoding(Decoding.sampling().temperature(1.3).topK(0)).seed(11),
          o -> o.decoding(Decoding.greedy()).promptLookup(true),
          o -> o.decoding(Decoding.sampling()).numReturnSequences(3).seed(4),
          o -> o.decoding(Decoding.beam(3).lengthPenalty(0.7)));

  private static GenerationRequest request(
      int[] prompt, Consumer<GenerationOptions.Builder> strategy) {
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(4).set(Option.EOS_TOKEN_ID, List.of(100_000)))
        .options(strategy)
        .build();
  }

  private static int[] ids(Candidate candidate) {
    return candidate.tokens().stream().mapToInt(Token::id).toArray();
  }

  private static int[] joined(int[] first, int... second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-legacy",
        "gpt2-tiny-merged",
        "llama-tiny",
        "llama-tiny-gqa"
      })
  void a_conversation_gives_the_same_with_and_without_a_session(String fixture) {
    Random random = new Random(3);
    for (Consumer<GenerationOptions.Builder> strategy : STRATEGIES) {
      try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config(fixture).build());
          Session session = generator.session()) {
        int[] prompt = {5, 9, 31};
        int known = 0;
        for (int turn = 0; turn < 5; turn++) {
          GenerationRequest request = request(prompt, strategy);
          GenerationResult expected = generator.generate(request);
          GenerationResult actual = session.generate(request);
          for (int i = 0; i < expected.candidates().size(); i++) {
            assertThat(ids(actual.candidates().get(i)))
                .containsExactly(ids(expected.candidates().get(i)));
          }
          assertThat(actual.usage().cachedPromptTokens()).isEqualTo(known);
          known = session.cachedTokens();
          assertThat(known).isGreaterThanOrEqualTo(prompt.length);
          int[] answer = joined(prompt, ids(actual.candidates().get(0)));
          known = Math.min(known, answer.length);
          prompt = joined(answer, random.ints(3, 3, 110).toArray());
        }
      }
    }
  }

  @Test
  void twenty_turns_run_only_what_is_new() {
    try (OnnxGenerator generator =
            OnnxGenerator.open(
                ModelConfig.builder(Folders.sample("lm-shakespeare"))
                    .graphAdditions(true)
                    .build());
        Session session = generator.session()) {
      int[] prompt = {40, 41};
      for (int turn = 0; turn < TURNS; turn++) {
        GenerationResult result = session.generate(request(prompt, o -> {}));
        // All but what the user has said now, and the last token of the answer before.
        int expected = turn == 0 ? 0 : prompt.length - 4;
        assertThat(result.usage().cachedPromptTokens()).isEqualTo(expected);
        prompt = joined(joined(prompt, ids(result.candidates().get(0))), 50 + turn, 60, 70);
      }
    }
  }

  @Test
  void an_edited_turn_reuses_what_comes_before_it() {
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
        Session session = generator.session()) {
      session.generate(request(new int[] {5, 9, 31, 7, 8, 11}, o -> {}));
      GenerationRequest edited = request(new int[] {5, 9, 31, 12, 8, 11}, o -> {});
      GenerationResult result = session.generate(edited);
      assertThat(result.usage().cachedPromptTokens()).isEqualTo(3);
      assertThat(ids(result.candidates().get(0)))
          .containsExactly(ids(generator.generate(edited).candidates().get(0)));
      GenerationResult rewound = session.generate(request(new int[] {5, 9}, o -> {}));
      assertThat(rewound.usage().cachedPromptTokens()).isEqualTo(1);
    }
  }

  @Test
  void forks_go_their_own_ways() {
    for (String fixture : List.of("gpt2-tiny", "llama-tiny-gqa")) {
      try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config(fixture).build());
          Session session = generator.session()) {
        session.generate(request(new int[] {5, 9, 31, 7}, o -> {}));
        try (Session fork = session.fork()) {
          assertThat(fork.cachedTokens()).isEqualTo(session.cachedTokens());
          for (int end = 20; end < 24; end++) {
            GenerationRequest left = request(new int[] {5, 9, 31, 7, end}, o -> {});
            GenerationRequest right = request(new int[] {5, 9, 31, 7, end + 30, 3}, o -> {});
            GenerationResult ofSession = session.generate(left);
            GenerationResult ofFork = fork.generate(right);
            assertThat(ofSession.usage().cachedPromptTokens()).isEqualTo(4);
            assertThat(ofFork.usage().cachedPromptTokens()).isEqualTo(4);
            assertThat(ids(ofSession.candidates().get(0)))
                .containsExactly(ids(generator.generate(left).candidates().get(0)));
            assertThat(ids(ofFork.candidates().get(0)))
                .containsExactly(ids(generator.generate(right).candidates().get(0)));
          }
        }
      }
    }
  }

  @Test
  void a_dropped_session_comes_back() {
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
        Session session = generator.session()) {
      session.generate(request(new int[] {5, 9, 31, 7}, o -> {}));
      assertThat(session.cachedBytes()).isPositive();
      session.drop();
      assertThat(session.cachedBytes()).isZero();
      assertThat(generator.lentBuffers()).isZero();
      int[] next = {5, 9, 31, 7, 8};
      assertThat(session.generate(request(next, o -> {})).usage().cachedPromptTokens()).isZero();
      assertThat(session.generate(request(next, o -> {})).usage().cachedPromptTokens())
          .isEqualTo(4);
    }
  }

  @Test
  void a_stream_that_is_closed_in_the_middle_leaves_what_has_run() {
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
        Session session = generator.session()) {
      int[] prompt = {5, 9, 31, 7};
      GenerationRequest request = request(prompt, o -> o.maxNewTokens(20));
      List<Integer> seen = new ArrayList<>();
      try (TokenStream stream = session.stream(request)) {
        for (Token token : stream) {
          seen.add(token.id());
          if (seen.size() == 3) {
            break;
          }
        }
      }
      assertThat(session.cachedTokens()).isEqualTo(prompt.length + 2);
      GenerationResult again = session.generate(request);
      assertThat(again.usage().cachedPromptTokens()).isEqualTo(3);
      assertThat(ids(again.candidates().get(0)))
          .containsExactly(ids(generator.generate(request).candidates().get(0)))
          .startsWith(seen.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  @Test
  void a_cancelled_turn_spoils_nothing() {
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config("llama-tiny-gqa").build());
        Session session = generator.session()) {
      int[] prompt = {5, 9, 31, 7};
      Cancellation cancellation = Cancellation.create();
      GenerationRequest cancelled =
          GenerationRequest.tokens(prompt)
              .options(o -> o.maxNewTokens(20).set(Option.EOS_TOKEN_ID, List.of(100_000)))
              .cancellation(cancellation)
              .build();
      GenerationResult partial =
          session.generate(
              cancelled,
              token -> {
                if (token.index() == 2) {
                  cancellation.cancel();
                }
              });
      assertThat(partial.candidates().get(0).finishReason()).isEqualTo(FinishReason.CANCELLED);
      int[] next = joined(joined(prompt, ids(partial.candidates().get(0))), 8, 9);
      GenerationResult result = session.generate(request(next, o -> {}));
      assertThat(result.usage().cachedPromptTokens()).isGreaterThan(prompt.length);
      assertThat(ids(result.candidates().get(0)))
          .containsExactly(ids(generator.generate(request(next, o -> {})).candidates().get(0)));
    }
  }

  @Test
  void nothing_is_lent_once_sessions_are_closed() {
    OnnxGenerator generator = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
    try (generator) {
      Session closed = generator.session();
      closed.generate(request(new int[] {5, 9}, o -> {}));
      closed.close();
      closed.close();
      assertThat(generator.lentBuffers()).isZero();
      assertThatIllegalStateException()
          .isThrownBy(() -> closed.generate(request(new int[] {5, 9}, o -> {})))
          .withMessageContaining("session is closed");
      assertThatIllegalStateException().isThrownBy(closed::fork);
      Session forgotten = generator.session();
      forgotten.generate(request(new int[] {5, 9}, o -> {}));
      assertThat(generator.lentBuffers()).isPositive();
    }
    assertThat(generator.lentBuffers()).isZero();
  }

  @Test
  void contrastive_search_and_graphs_without_a_cache_run_everything() {
    for (String fixture : List.of("gpt2-tiny", "gpt2-tiny-nocache")) {
      try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config(fixture).build());
          Session session = generator.session()) {
        Consumer<GenerationOptions.Builder> strategy =
            fixture.endsWith("nocache") ? o -> {} : o -> o.decoding(Decoding.contrastive(0.4, 3));
        for (int turn = 0; turn < 2; turn++) {
          GenerationRequest request = request(new int[] {5, 9, 31}, strategy);
          GenerationResult result = session.generate(request);
          assertThat(result.usage().cachedPromptTokens()).isZero();
          assertThat(ids(result.candidates().get(0)))
              .containsExactly(ids(generator.generate(request).candidates().get(0)));
        }
      }
    }
  }

  @Test
  void encoder_decoders_have_no_sessions() {
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config("t5-tiny").build())) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(generator::session)
          .withMessageContaining("t5-tiny")
          .withMessageContaining("decoders");
    }
  }
}

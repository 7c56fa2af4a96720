package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ExponentialDecay;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InferenceException;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProcessorChainTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;

  @Test
  void has_nothing_to_do_where_options_are_unset_or_neutral() {
    assertThat(greedy(10, options -> {}).isEmpty()).isTrue();
    SearchSetup neutral =
        Setups.of(
            10,
            options ->
                options
                    .set(Option.DO_SAMPLE, true)
                    .temperature(1)
                    .topK(0)
                    .topP(1)
                    .set(Option.MIN_P, 0.0)
                    .set(Option.TYPICAL_P, 1.0)
                    .set(Option.EPSILON_CUTOFF, 0.0)
                    .set(Option.ETA_CUTOFF, 0.0)
                    .set(Option.XTC_PROBABILITY, 0.0)
                    .repetitionPenalty(1)
                    .set(Option.ENCODER_REPETITION_PENALTY, 1.0)
                    .set(Option.PRESENCE_PENALTY, 0.0)
                    .set(Option.FREQUENCY_PENALTY, 0.0)
                    .noRepeatNgramSize(0)
                    .set(Option.ENCODER_NO_REPEAT_NGRAM_SIZE, 0)
                    .set(Option.DRY_MULTIPLIER, 0.0)
                    .set(Option.BAD_WORDS_IDS, List.of())
                    .set(Option.SUPPRESS_TOKENS, List.of())
                    .set(Option.BEGIN_SUPPRESS_TOKENS, List.of())
                    .set(Option.REMOVE_INVALID_VALUES, false)
                    .set(Option.RENORMALIZE_LOGITS, false)
                    .set(Option.MIN_LENGTH, 0)
                    .minNewTokens(0));
    ProcessorChain chain = ProcessorChain.forSampling(neutral);
    float[] scores = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    chain.process(FixedTokens.prompt(1, 2, 3), 0, scores);
    assertThat(scores).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void keeps_fifty_tokens_when_sampling_unless_told_otherwise() {
    assertThat(kept(80, sample(80, options -> {}))).hasSize(50);
    assertThat(kept(80, sample(80, options -> options.topK(7)))).hasSize(7);
    assertThat(kept(80, sample(80, options -> options.topK(0)))).hasSize(80);
    assertThat(kept(80, sample(80, options -> options.off(Option.TOP_K)))).hasSize(80);
  }

  @Test
  void warps_only_when_sampling() {
    Consumer<GenerationOptions.Builder> warpers = options -> options.topK(2).temperature(0.5);
    assertThat(ProcessorChain.forSampling(Setups.of(9, warpers)).isEmpty()).isTrue();
    assertThat(ProcessorChain.forBeams(Setups.of(9, warpers)).isEmpty()).isTrue();
    assertThat(
            ProcessorChain.forGreedy(
                    Setups.of(9, warpers.andThen(o -> o.set(Option.DO_SAMPLE, true))))
                .isEmpty())
        .isTrue();
  }

  @Test
  void leaves_beams_a_token_beside_the_end_tokens() {
    Consumer<GenerationOptions.Builder> narrow =
        options -> options.set(Option.DO_SAMPLE, true).numBeams(2).topK(1);
    assertThat(kept(20, beams(20, narrow))).hasSize(2);
    assertThat(
            kept(20, beams(20, narrow.andThen(o -> o.set(Option.EOS_TOKEN_ID, List.of(1, 2, 3))))))
        .hasSize(4);
    assertThat(
            kept(
                20,
                beams(
                    20,
                    narrow.andThen(
                        o -> o.topP(0.01).set(Option.MIN_P, 1.0).set(Option.TYPICAL_P, 0.01)))))
        .hasSize(2);
    assertThat(
            kept(
                20,
                beams(
                    20,
                    narrow.andThen(
                        o ->
                            o.topK(0)
                                .set(Option.EPSILON_CUTOFF, 0.9)
                                .set(Option.ETA_CUTOFF, 0.9)
                                .set(Option.TOP_N_SIGMA, 1e-3)))))
        .hasSize(2);
  }

  @Test
  void ignores_options_that_are_off() {
    GenerationOptions folder =
        GenerationOptions.builder()
            .repetitionPenalty(2)
            .set(Option.SUPPRESS_TOKENS, List.of(1))
            .build();
    GenerationOptions request =
        GenerationOptions.builder()
            .off(Option.REPETITION_PENALTY)
            .off(Option.SUPPRESS_TOKENS)
            .build();
    SearchSetup setup =
        Setups.of(
            GenerationRequest.tokens(1).options(request.orElse(folder)).build(), new int[] {1}, 5);
    assertThat(ProcessorChain.forGreedy(setup).isEmpty()).isTrue();
  }

  @Test
  void runs_processors_of_the_request_after_the_built_in_ones_and_before_the_warpers() {
    float[] seen = new float[4];
    GenerationRequest request =
        GenerationRequest.tokens(0)
            .options(o -> o.set(Option.DO_SAMPLE, true).repetitionPenalty(2).temperature(0.5))
            .logitsProcessor((tokens, scores) -> System.arraycopy(scores, 0, seen, 0, 4))
            .logitsProcessor((tokens, scores) -> scores[3] = 100)
            .build();
    ProcessorChain chain = ProcessorChain.forSampling(Setups.of(request, new int[] {0}, 4));
    float[] scores = {1, 2, 3, 4};
    chain.process(FixedTokens.prompt(0), 0, scores);
    assertThat(seen).containsExactly(0.5f, 2, 3, 4);
    assertThat(scores).containsExactly(1, 4, 6, 200);
  }

  @Test
  void gives_encoder_tokens_the_inverse_penalty_once() {
    GenerationRequest request =
        GenerationRequest.tokens(9)
            .options(o -> o.set(Option.ENCODER_REPETITION_PENALTY, 2.0))
            .build();
    SearchSetup setup =
        new SearchSetup(
            request,
            request.options(),
            new SearchPrompt(new int[] {0}, new int[] {1, 2, 1, 99}, 100),
            4,
            null,
            0);
    float[] scores = {1, 3, -3, 5};
    ProcessorChain.forGreedy(setup).process(FixedTokens.prompt(0), 0, scores);
    assertThat(scores).containsExactly(1, 6, -1.5f, 5);
  }

  @Test
  void takes_presence_and_frequency_penalties_from_generated_tokens_only() {
    ProcessorChain chain =
        greedy(5, o -> o.set(Option.PRESENCE_PENALTY, 0.5).set(Option.FREQUENCY_PENALTY, 0.25));
    FixedTokens tokens = new FixedTokens(2, 0, 1, 1, 2, 1, 3);
    for (int repeat = 0; repeat < 2; repeat++) {
      float[] scores = {4, 4, 4, -4, 4};
      chain.process(tokens, 0, scores);
      assertThat(scores).containsExactly(4, 3, 3.25f, -4.75f, 4);
    }
  }

  @Test
  void favours_repetition_with_negative_penalties() {
    ProcessorChain chain = greedy(3, o -> o.set(Option.PRESENCE_PENALTY, -1.0));
    float[] scores = {4, 4, 4};
    chain.process(new FixedTokens(0, 1, 1), 0, scores);
    assertThat(scores).containsExactly(4, 5, 4);
  }

  @Test
  void bans_end_tokens_until_the_minimum_that_counts() {
    // min_new_tokens replaces min_length, even by less.
    ProcessorChain chain =
        greedy(
            5,
            o ->
                o.set(Option.EOS_TOKEN_ID, List.of(0, 4, 77))
                    .set(Option.MIN_LENGTH, 9)
                    .minNewTokens(2));
    assertThat(impossible(chain, 5, new FixedTokens(3, 1, 2, 3, 1))).containsExactly(0, 4);
    assertThat(impossible(chain, 5, new FixedTokens(3, 1, 2, 3, 1, 1))).isEmpty();
  }

  @Test
  void suppresses_first_tokens_after_a_forced_one() {
    Consumer<GenerationOptions.Builder> begin =
        o -> o.set(Option.BEGIN_SUPPRESS_TOKENS, List.of(2));
    Consumer<GenerationOptions.Builder> forced =
        begin.andThen(o -> o.set(Option.FORCED_BOS_TOKEN_ID, 1));
    ProcessorChain plain = ProcessorChain.forGreedy(Setups.of(4, new int[] {0}, begin));
    assertThat(impossible(plain, 4, new FixedTokens(1, 0))).containsExactly(2);
    assertThat(impossible(plain, 4, new FixedTokens(1, 0, 1))).isEmpty();
    ProcessorChain shifted = ProcessorChain.forGreedy(Setups.of(4, new int[] {0}, forced));
    assertThat(impossible(shifted, 4, new FixedTokens(1, 0))).containsExactly(0, 2, 3);
    assertThat(impossible(shifted, 4, new FixedTokens(1, 0, 1))).containsExactly(2);
    ProcessorChain longer = ProcessorChain.forGreedy(Setups.of(4, new int[] {0, 0}, forced));
    assertThat(impossible(longer, 4, new FixedTokens(2, 0, 0))).containsExactly(2);
  }

  @Test
  void forces_the_end_only_at_the_length_that_was_asked_for() {
    GenerationRequest request =
        GenerationRequest.tokens(0)
            .options(
                o -> o.set(Option.FORCED_EOS_TOKEN_ID, List.of(2)).set(Option.MAX_NEW_TOKENS, 3))
            .build();
    SearchPrompt prompt = new SearchPrompt(new int[] {0}, new int[] {0}, 2);
    ProcessorChain chain =
        ProcessorChain.forGreedy(new SearchSetup(request, request.options(), prompt, 4, null, 0));
    assertThat(impossible(chain, 4, new FixedTokens(1, 0, 1))).isEmpty();
    assertThat(impossible(chain, 4, new FixedTokens(1, 0, 1, 1))).containsExactly(0, 1, 3);
  }

  @Test
  void lets_a_callback_allow_tokens() {
    GenerationRequest.Builder request = GenerationRequest.tokens(0);
    ProcessorChain chain =
        chain(request.prefixAllowedTokens(tokens -> List.of(tokens.length(), 3)), 5);
    float[] scores = {1, 2, 3, 4, 5};
    chain.process(new FixedTokens(1, 0), 0, scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, 2, IMPOSSIBLE, 4, IMPOSSIBLE);
    chain.process(new FixedTokens(1, 0, 0, 0, 0), 0, scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE, 4, IMPOSSIBLE);
  }

  @Test
  void lets_the_callback_win_over_earlier_bans() {
    ProcessorChain chain =
        chain(
            GenerationRequest.tokens(0)
                .options(o -> o.set(Option.BAD_WORDS_IDS, List.of(List.of(1), List.of(2))))
                .prefixAllowedTokens(tokens -> List.of(1, 2)),
            4);
    float[] scores = {1, 2, 3, 4};
    chain.process(new FixedTokens(1, 0), 0, scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, 0, 0, IMPOSSIBLE);
  }

  @Test
  void refuses_a_callback_that_allows_nothing_or_the_unknown() {
    assertThatThrownBy(
            () ->
                impossible(
                    chain(GenerationRequest.tokens(0).prefixAllowedTokens(t -> List.of()), 4),
                    4,
                    new FixedTokens(1, 0, 1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("allows no token after 1 generated");
    assertThatThrownBy(
            () ->
                impossible(
                    chain(GenerationRequest.tokens(0).prefixAllowedTokens(t -> List.of(4)), 4),
                    4,
                    new FixedTokens(1, 0)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("token 4")
        .hasMessageContaining("vocabulary of 4");
  }

  @Test
  void replaces_invalid_values_before_anything_is_drawn() {
    float[] scores = {1, Float.NaN, Float.POSITIVE_INFINITY, IMPOSSIBLE};
    ProcessorChain chain =
        sample(4, o -> o.set(Option.REMOVE_INVALID_VALUES, true).repetitionPenalty(1.5).topP(0.9));
    chain.process(FixedTokens.prompt(1, 2, 3), 0, scores);
    assertThat(scores).containsExactly(IMPOSSIBLE, IMPOSSIBLE, Float.MAX_VALUE, IMPOSSIBLE);
  }

  @Test
  void reports_nan_with_the_option_that_helps() {
    ProcessorChain chain = sample(3, o -> o.topP(0.9));
    assertThatThrownBy(
            () -> chain.process(FixedTokens.prompt(1, 2, 3), 0, new float[] {1, Float.NaN, 2}))
        .isInstanceOf(InferenceException.class)
        .hasMessageContaining("token 1")
        .hasMessageContaining("remove_invalid_values");
  }

  @Test
  void keeps_a_banned_end_token_banned_through_the_decay() {
    ProcessorChain chain =
        greedy(
            3,
            o ->
                o.set(Option.EOS_TOKEN_ID, List.of(0, 1))
                    .set(Option.BAD_WORDS_IDS, List.of(List.of(3 - 1)))
                    .set(Option.EXPONENTIAL_DECAY_LENGTH_PENALTY, new ExponentialDecay(1, 2.0)));
    float[] scores = {IMPOSSIBLE, -4, 1};
    chain.process(new FixedTokens(3, 1, 2, 0, 0, 0, 0), 0, scores);
    // Three generated tokens are two past the start: -4 + 4 * (2^2 - 1).
    assertThat(scores).containsExactly(IMPOSSIBLE, 8, IMPOSSIBLE);
    assertThatThrownBy(
            () ->
                greedy(
                    3,
                    o ->
                        o.set(
                            Option.EXPONENTIAL_DECAY_LENGTH_PENALTY, new ExponentialDecay(1, 2.0))))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("eos_token_id");
  }

  @Test
  void renormalizes_last() {
    ProcessorChain chain = sample(3, o -> o.topK(2).set(Option.RENORMALIZE_LOGITS, true));
    float[] scores = {2, 1, 2};
    chain.process(FixedTokens.prompt(1, 2, 3), 0, scores);
    assertThat(scores)
        .containsExactly(
            new float[] {(float) Math.log(0.5), IMPOSSIBLE, (float) Math.log(0.5)}, within(1e-6f));
  }

  @Test
  void names_tokens_that_the_vocabulary_lacks() {
    assertRefused("bad_words_ids", o -> o.set(Option.BAD_WORDS_IDS, List.of(List.of(1, 10))));
    assertRefused(
        "sequence_bias",
        o -> o.set(Option.SEQUENCE_BIAS, List.of(new SequenceBias(List.of(10), 1))));
    assertRefused("suppress_tokens", o -> o.set(Option.SUPPRESS_TOKENS, List.of(10)));
    assertRefused("begin_suppress_tokens", o -> o.set(Option.BEGIN_SUPPRESS_TOKENS, List.of(10)));
    assertRefused("forced_bos_token_id", o -> o.set(Option.FORCED_BOS_TOKEN_ID, 10));
    assertRefused("forced_eos_token_id", o -> o.set(Option.FORCED_EOS_TOKEN_ID, List.of(1, 10)));
    assertRefused(
        "dry_sequence_breakers",
        o -> o.set(Option.DRY_MULTIPLIER, 1.0).set(Option.DRY_SEQUENCE_BREAKERS, List.of(10)));
  }

  @Test
  void refuses_encoder_options_without_encoder_tokens() {
    GenerationRequest request =
        GenerationRequest.tokens(0)
            .options(o -> o.set(Option.ENCODER_NO_REPEAT_NGRAM_SIZE, 2))
            .build();
    SearchPrompt audio = new SearchPrompt(new int[] {0}, new int[0], 100);
    assertThatThrownBy(
            () ->
                ProcessorChain.forGreedy(
                    new SearchSetup(request, request.options(), audio, 4, null, 0)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("encoder_no_repeat_ngram_size");
  }

  private static void assertRefused(String option, Consumer<GenerationOptions.Builder> options) {
    assertThatThrownBy(() -> greedy(10, options))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(option)
        .hasMessageContaining("token 10")
        .hasMessageContaining("10 tokens");
  }

  private static ProcessorChain greedy(
      int vocabularySize, Consumer<GenerationOptions.Builder> options) {
    return ProcessorChain.forGreedy(Setups.of(vocabularySize, options));
  }

  private static ProcessorChain sample(
      int vocabularySize, Consumer<GenerationOptions.Builder> options) {
    return ProcessorChain.forSampling(
        Setups.of(vocabularySize, options.andThen(o -> o.set(Option.DO_SAMPLE, true))));
  }

  private static ProcessorChain beams(
      int vocabularySize, Consumer<GenerationOptions.Builder> options) {
    return ProcessorChain.forBeams(Setups.of(vocabularySize, options));
  }

  private static ProcessorChain chain(GenerationRequest.Builder request, int vocabularySize) {
    return ProcessorChain.forGreedy(Setups.of(request.build(), new int[] {0}, vocabularySize));
  }

  /** Which of ever less probable tokens a chain leaves. */
  private static int[] kept(int vocabularySize, ProcessorChain chain) {
    float[] scores = new float[vocabularySize];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = -0.3f * id;
    }
    chain.process(FixedTokens.prompt(1, 2, 3), 0, scores);
    return IntStream.range(0, scores.length).filter(id -> scores[id] != IMPOSSIBLE).toArray();
  }

  private static int[] impossible(ProcessorChain chain, int vocabularySize, FixedTokens tokens) {
    float[] scores = new float[vocabularySize];
    Arrays.fill(scores, 1);
    chain.process(tokens, 0, scores);
    return IntStream.range(0, vocabularySize).filter(id -> scores[id] == IMPOSSIBLE).toArray();
  }
}

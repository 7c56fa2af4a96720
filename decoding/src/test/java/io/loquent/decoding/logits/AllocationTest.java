package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.loquent.ExponentialDecay;
import io.loquent.GenerationRequest;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.TokenSequence;
import io.loquent.decoding.SearchSetup;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What happens at every step allocates nothing in proportion to vocabulary or context. */
class AllocationTest {

  private static final int VOCABULARY = 50_000;
  private static final int CONTEXT = 2_000;
  private static final int CALLS = 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Random random = new Random(1);
  private final float[] logits = new float[VOCABULARY];
  private final float[] scores = new float[VOCABULARY];
  private final int[] ids = new int[CONTEXT];

  AllocationTest() {
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (random.nextGaussian() * 3);
    }
    for (int i = 0; i < ids.length; i++) {
      ids[i] = random.nextInt(40);
    }
  }

  @Test
  void a_chain_of_everything_allocates_less_than_a_kilobyte_a_call() {
    ProcessorChain chain = ProcessorChain.forSampling(everything());
    TokenSequence tokens = new FixedTokens(CONTEXT / 2, ids);
    assertThat(
            allocatedPerCall(
                () -> {
                  System.arraycopy(logits, 0, scores, 0, VOCABULARY);
                  chain.process(tokens, 0, scores);
                }))
        .isLessThan(1024);
  }

  @Test
  void draws_and_selections_allocate_less_than_a_kilobyte_a_call() {
    Sampler sampler = new Sampler(3);
    PossibleTokens possible = new PossibleTokens();
    TopTokens top = new TopTokens(100);
    float[][] beams = {logits, logits};
    double[] bases = {0, -1};
    int[] drawnBeams = new int[8];
    int[] drawnIds = new int[8];
    assertThat(
            allocatedPerCall(
                () -> {
                  System.arraycopy(logits, 0, scores, 0, VOCABULARY);
                  Guidance.combine(scores, logits, 1.5);
                  LogProbabilities.logSoftmax(scores);
                  top.select(scores);
                  possible.start(scores);
                  sampler.draw(possible, 0, 5);
                  sampler.drawDistinct(beams, bases, 2, 8, 5, drawnBeams, drawnIds);
                }))
        .isLessThan(1024);
  }

  private long allocatedPerCall(Runnable call) {
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    long thread = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(thread);
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return (threads.getThreadAllocatedBytes(thread) - before) / CALLS;
  }

  private SearchSetup everything() {
    List<Integer> allowed = IntStream.range(0, VOCABULARY).boxed().toList();
    GenerationRequest request =
        GenerationRequest.tokens(ids)
            .options(
                o ->
                    o.set(Option.DO_SAMPLE, true)
                        .set(Option.EOS_TOKEN_ID, List.of(7, 8))
                        .maxNewTokens(5000)
                        .set(Option.SEQUENCE_BIAS, List.of(new SequenceBias(List.of(3, 4), 2)))
                        .set(Option.ENCODER_REPETITION_PENALTY, 1.1)
                        .repetitionPenalty(1.2)
                        .set(Option.PRESENCE_PENALTY, 0.1)
                        .set(Option.FREQUENCY_PENALTY, 0.1)
                        .noRepeatNgramSize(4)
                        .set(Option.ENCODER_NO_REPEAT_NGRAM_SIZE, 4)
                        .set(Option.DRY_MULTIPLIER, 0.8)
                        .set(Option.DRY_SEQUENCE_BREAKERS, List.of(13))
                        .set(Option.BAD_WORDS_IDS, List.of(List.of(5), List.of(6, 7)))
                        .minNewTokens(4000)
                        .set(Option.FORCED_BOS_TOKEN_ID, 4)
                        .set(Option.FORCED_EOS_TOKEN_ID, List.of(7))
                        .set(Option.REMOVE_INVALID_VALUES, true)
                        .set(
                            Option.EXPONENTIAL_DECAY_LENGTH_PENALTY, new ExponentialDecay(10, 1.01))
                        .set(Option.SUPPRESS_TOKENS, List.of(9))
                        .set(Option.BEGIN_SUPPRESS_TOKENS, List.of(10))
                        .temperature(0.9)
                        .set(Option.TOP_N_SIGMA, 4.0)
                        .topK(10_000)
                        .topP(0.99)
                        .set(Option.MIN_P, 1e-4)
                        .set(Option.TYPICAL_P, 0.99)
                        .set(Option.EPSILON_CUTOFF, 1e-6)
                        .set(Option.ETA_CUTOFF, 1e-6)
                        .set(Option.XTC_PROBABILITY, 0.5)
                        .set(Option.RENORMALIZE_LOGITS, true))
            .logitsProcessor((tokens, all) -> all[11] += 1)
            .prefixAllowedTokens(tokens -> allowed)
            .build();
    return Setups.of(request, ids, VOCABULARY);
  }
}

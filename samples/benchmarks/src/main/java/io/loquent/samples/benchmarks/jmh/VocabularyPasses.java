package io.loquent.samples.benchmarks.jmh;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.TokenSequence;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What greedy search and sampling do to one vector of logits. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class VocabularyPasses {

  private static final long SEED = 7;
  private static final double DEVIATION = 2.4;
  private static final int[] PROMPT = {1, 5, 9};

  /** Number of tokens. */
  @Param({"49152", "152064"})
  public int vocabulary;

  private float[] logits = new float[0];
  private float[] scores = new float[0];
  private ProcessorChain topK = chain(1, GenerationOptions.none());
  private ProcessorChain topP = topK;
  private ProcessorChain both = topK;
  private final PossibleTokens possible = new PossibleTokens();
  private Sampler sampler = new Sampler(SEED);

  /** Creates the state that JMH fills. */
  public VocabularyPasses() {}

  /** Makes the logits, and the chains with their buffers. */
  @Setup
  public void prepare() {
    Random random = new Random(SEED);
    logits = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      logits[id] = (float) (random.nextGaussian() * DEVIATION);
    }
    scores = new float[vocabulary];
    topK = chain(vocabulary, Decoding.sampling().topK(50).settings());
    topP = chain(vocabulary, Decoding.sampling().topK(vocabulary).topP(0.95).settings());
    both = chain(vocabulary, Decoding.sampling().topK(50).topP(0.95).settings());
    sampler = new Sampler(SEED);
  }

  private static ProcessorChain chain(int vocabulary, GenerationOptions options) {
    return ProcessorChain.forSampling(
        new SearchSetup(
            GenerationRequest.tokens(PROMPT).build(),
            options,
            new SearchPrompt(PROMPT, PROMPT, Integer.MAX_VALUE),
            vocabulary,
            null,
            SEED));
  }

  /** The copy that {@link #logSoftmax} begins with: take it off its time. */
  @Benchmark
  public float[] copy() {
    System.arraycopy(logits, 0, scores, 0, vocabulary);
    return scores;
  }

  /** The most probable token. */
  @Benchmark
  public int argmax() {
    return LogProbabilities.mostProbable(logits);
  }

  /** The logarithm of the sum of exponentials. */
  @Benchmark
  public double logSumExp() {
    return LogProbabilities.logSumExp(logits);
  }

  /** All log-probabilities. */
  @Benchmark
  public float[] logSoftmax() {
    LogProbabilities.logSoftmax(copy());
    return scores;
  }

  /** The fifty most probable tokens. */
  @Benchmark
  public PossibleTokens topK() {
    possible.start(logits);
    topK.warp(Prompt.INSTANCE, 0, possible);
    return possible;
  }

  /** The most probable tokens with 95 % of the probability. */
  @Benchmark
  public PossibleTokens topP() {
    possible.start(logits);
    topP.warp(Prompt.INSTANCE, 0, possible);
    return possible;
  }

  /** Both, and a token drawn from what is left. */
  @Benchmark
  public int topKThenTopPThenDraw() {
    possible.start(logits);
    both.warp(Prompt.INSTANCE, 0, possible);
    return sampler.draw(possible, 0, PROMPT.length);
  }

  /** A sequence that is nothing but its prompt. */
  private enum Prompt implements TokenSequence {
    INSTANCE;

    @Override
    public int length() {
      return PROMPT.length;
    }

    @Override
    public int promptLength() {
      return PROMPT.length;
    }

    @Override
    public int get(int index) {
      return PROMPT[index];
    }
  }
}

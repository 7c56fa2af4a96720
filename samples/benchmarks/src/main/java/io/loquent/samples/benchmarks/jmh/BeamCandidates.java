package io.loquent.samples.benchmarks.jmh;

import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.TopTokens;
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

/** What beam search does to the logits of all beams: the best continuations among all of them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BeamCandidates {

  private static final long SEED = 7;
  private static final double DEVIATION = 2.4;
  private static final int BEAMS = 4;

  /** Number of tokens. */
  @Param({"58100", "152064"})
  public int vocabulary;

  private float[][] logits = new float[0][];
  private final TopTokens best = new TopTokens(2 * BEAMS);

  /** Creates the state that JMH fills. */
  public BeamCandidates() {}

  /** Makes the logits. */
  @Setup
  public void prepare() {
    Random random = new Random(SEED);
    logits = new float[BEAMS][vocabulary];
    for (float[] row : logits) {
      for (int id = 0; id < vocabulary; id++) {
        row[id] = (float) (random.nextGaussian() * DEVIATION);
      }
    }
  }

  /** The best eight of four beams, each beam's logits shifted to log-probabilities. */
  @Benchmark
  public int bestOfAllBeams() {
    best.clear();
    for (int beam = 0; beam < BEAMS; beam++) {
      best.offerAll(beam, logits[beam], -beam - LogProbabilities.logSumExp(logits[beam]));
    }
    best.sort();
    return best.id(0);
  }

  /** The selection alone. */
  @Benchmark
  public int selection() {
    best.clear();
    for (int beam = 0; beam < BEAMS; beam++) {
      best.offerAll(beam, logits[beam], -beam);
    }
    best.sort();
    return best.id(0);
  }
}

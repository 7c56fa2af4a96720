package io.loquent.samples.benchmarks.jmh;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Option;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.search.Searches;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole step of greedy search or sampling between two runs of the model: from logits in memory to
 * a token with its log-probabilities.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PlainSteps {

  private static final int[] PROMPT = {1, 5, 9};

  /** Number of tokens. */
  @Param({"49152", "152064"})
  public int vocabulary;

  /**
   * How far the logits spread: 2.4 makes a flat distribution, whose nucleus has thousands of
   * tokens, 5 one of a few tokens.
   */
  @Param({"2.4", "5"})
  public double deviation;

  /** Options, as {@code name=value} joined by {@code +}. */
  @Param({
    "do_sample=false",
    "top_k=50",
    "top_k=0+top_p=0.9",
    "top_k=50+top_p=0.95",
    "top_k=0",
    "top_k=0+min_p=0.05",
    "top_k=0+typical_p=0.9"
  })
  public String options = "";

  private FixedLogits output = new FixedLogits(new float[0]);
  private Search search = search(1, GenerationOptions.none());

  /** Creates the state that JMH fills. */
  public PlainSteps() {}

  /** Makes the logits. */
  @Setup
  public void prepare() {
    Random random = new Random(7);
    float[] logits = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      logits[id] = (float) (random.nextGaussian() * deviation);
    }
    output = new FixedLogits(logits);
  }

  /** Begins a search, so that no history grows for long. */
  @Setup(Level.Iteration)
  public void begin() {
    search = search(vocabulary, parsed(options));
  }

  private static Search search(int vocabulary, GenerationOptions options) {
    return Searches.of(
        new SearchSetup(
            GenerationRequest.tokens(PROMPT).options(options).build(),
            options,
            new SearchPrompt(PROMPT, PROMPT, Integer.MAX_VALUE),
            vocabulary,
            null,
            7));
  }

  private static GenerationOptions parsed(String options) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(Option.DO_SAMPLE.toString(), true);
    map.put(Option.MAX_NEW_TOKENS.toString(), Integer.MAX_VALUE / 2);
    for (String option : options.split("\\+", -1)) {
      int equals = option.indexOf('=');
      map.put(option.substring(0, equals), value(option.substring(equals + 1)));
    }
    return GenerationOptions.fromMap(map);
  }

  private static Object value(String text) {
    if (text.equals("true") || text.equals("false")) {
      return Boolean.valueOf(text);
    }
    return text.contains(".") ? (Object) Double.valueOf(text) : (Object) Integer.valueOf(text);
  }

  /** One step, with the copy of the logits that it reads. */
  @Benchmark
  public int step() {
    search.choose(output, 0);
    return search.tokens()[0];
  }

  /** The same logits at every step. */
  private static final class FixedLogits implements StepOutput {
    private final FloatBuffer logits;

    FixedLogits(float[] logits) {
      this.logits =
          ByteBuffer.allocateDirect(logits.length * Float.BYTES)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();
      this.logits.put(logits);
    }

    @Override
    public int vocabularySize() {
      return logits.capacity();
    }

    @Override
    public void logits(int row, float[] target) {
      logits.clear();
      logits.get(target);
    }

    @Override
    public FloatBuffer logitsInPlace(int row) {
      logits.clear();
      return logits;
    }

    @Override
    public int positions(int row) {
      return 1;
    }

    @Override
    public void logits(int row, int position, float[] target) {
      logits(row, target);
    }

    @Override
    public int hiddenSize() {
      return 0;
    }

    @Override
    public void hiddenState(int row, int position, float[] target) {}
  }
}

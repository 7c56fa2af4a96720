package io.loquent.samples.benchmarks.jmh;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import io.loquent.samples.benchmarks.models.BenchmarkModel;
import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.LlamaShape;
import io.loquent.samples.benchmarks.models.MarianShape;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to give beams another order in the cache of a Marian decoder: six layers of width
 * 512, four beams. The other parts of the model are small, because only the cache is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CacheGather {

  private static final MarianShape SHAPE = new MarianShape("cache", 6, 512, 8, 32, 64, 512);
  private static final int[] SOURCE = {5, 6, 7, 8, 9, 10, 11, 12};

  /** How many positions the cache has. */
  @Param({"16", "128"})
  public int length;

  private int[] parents = new int[0];

  /**
   * Which beam each beam goes on from: neighbours swapped, which moves whole rows through a second
   * buffer, or one beam in the place of another, of which nothing moves that both have already.
   */
  @Param({"1,0,2,3", "0,0,2,3"})
  public String order = "";

  private @Nullable Path folder;
  private @Nullable LoadedModel model;
  private @Nullable RunControl control;
  private @Nullable DecodingState state;

  /** Creates the state that JMH fills. */
  public CacheGather() {}

  /**
   * Builds the model and fills its cache.
   *
   * @throws IOException if the model cannot be written
   */
  @Setup
  public void open() throws IOException {
    Path root = Files.createTempDirectory("loquent-gather");
    folder = root;
    BenchmarkModel built =
        new ModelLibrary(root, LlamaShape.TINY, SHAPE).onnx(Form.MARIAN, Precision.FP32);
    LoadedModel loaded =
        LoadedModel.load(ModelConfig.builder(built.folder()).build(), new ArrayList<>());
    model = loaded;
    RunControl running = new RunControl();
    control = running;
    PromptRow row = new PromptRow(new int[] {built.startToken()}, SOURCE, null);
    DecodingState opened =
        loaded.open(List.of(row), new OpenOptions(false, true, false, length + 2), running);
    state = opened;
    opened.start();
    String[] numbers = order.split(",", -1);
    parents = new int[numbers.length];
    for (int i = 0; i < parents.length; i++) {
      parents[i] = Integer.parseInt(numbers[i]);
    }
    opened.gather(new int[parents.length], parents.length);
    for (int i = 1; i < length; i++) {
      opened.append(new int[] {3, 4, 5, 6});
    }
  }

  /**
   * Moves the beams.
   *
   * @return the state
   */
  @Benchmark
  public @Nullable DecodingState gather() {
    if (state != null) {
      state.gather(parents, parents.length);
    }
    return state;
  }

  /**
   * Frees the model and its folder.
   *
   * @throws IOException if the folder cannot be deleted
   */
  @TearDown
  public void close() throws IOException {
    if (state != null) {
      state.close();
    }
    if (control != null) {
      control.close();
    }
    if (model != null) {
      model.close();
    }
    if (folder != null) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}

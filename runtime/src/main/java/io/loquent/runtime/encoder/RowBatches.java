package io.loquent.runtime.encoder;

import io.loquent.Cancellation;
import io.loquent.ExecutionProvider;
import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import io.loquent.decoding.RunInterruptedException;
import io.loquent.encoder.EncoderOptions;
import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.EncoderOutputs;
import io.loquent.runtime.model.RunControl;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/**
 * Runs windows through the graph: sorted by length, in batches that are padded to their longest and
 * cut where padding would cost more than another run. Thread-safe until closed.
 */
final class RowBatches {

  /** Scores over a whole vocabulary for each token would fill the memory in a large batch. */
  private static final long MOST_OUTPUT_NUMBERS = 16L << 20;

  /** Beyond this a larger batch is no faster, and only takes longer to plan. */
  private static final int MOST_ROWS = 1024;

  /** An accelerator computes many rows as fast as one, until there are enough to keep it busy. */
  private static final int TOKENS_PER_ACCELERATED_RUN = 512;

  private final EncoderModel model;
  private final int usualBatchSize;
  private final int tokensPerRun;

  RowBatches(EncoderModel model, ModelConfig config) {
    this.model = model;
    usualBatchSize = config.batchSize();
    boolean onlyCpu =
        config.providers().stream()
            .allMatch(provider -> provider.kind() == ExecutionProvider.Kind.CPU);
    tokensPerRun = onlyCpu ? BatchCuts.TOKENS_PER_RUN : TOKENS_PER_ACCELERATED_RUN;
  }

  /**
   * Runs all windows and hands each row's outputs to the reader.
   *
   * @throws CancellationException if the options' handle was cancelled
   * @throws InferenceException if the reader refuses what the graph gave; the message names the
   *     text
   */
  void run(List<Window> windows, Set<String> outputs, EncoderOptions options, RowReader reader) {
    run(windows, outputs, options, IntUnaryOperator.identity(), reader);
  }

  /**
   * Runs windows of more than the texts of a call, such as a text beside each of some labels.
   *
   * @param textOf the text of the call that a window's text is made of, for messages
   */
  void run(
      List<Window> windows,
      Set<String> outputs,
      EncoderOptions options,
      IntUnaryOperator textOf,
      RowReader reader) {
    int batchSize = options.batchSize().orElse(usualBatchSize);
    try (RunControl control = new RunControl()) {
      Cancellation.Registration watch = options.cancellation().onCancel(control::terminate);
      try {
        for (List<Window> batch : batches(windows, outputs, batchSize)) {
          run(batch, outputs, control, naming(textOf, reader));
        }
      } finally {
        watch.close();
      }
    } catch (RunInterruptedException e) {
      CancellationException cancelled = new CancellationException("the call was cancelled");
      cancelled.initCause(e);
      throw cancelled;
    }
  }

  private static RowReader naming(IntUnaryOperator textOf, RowReader reader) {
    return (window, outputs, row) -> {
      try {
        reader.read(window, outputs, row);
      } catch (InferenceException e) {
        int text = textOf.applyAsInt(window.text());
        throw new InferenceException("text " + text + ": " + e.getMessage(), e);
      }
    };
  }

  private void run(List<Window> batch, Set<String> wanted, RunControl control, RowReader reader) {
    try (EncoderOutputs outputs =
        model.run(batch.stream().map(Window::row).collect(Collectors.toList()), wanted, control)) {
      for (int row = 0; row < batch.size(); row++) {
        reader.read(batch.get(row), outputs, row);
      }
    }
  }

  /** The longest come first, so that a batch that does not fit into memory fails at once. */
  List<List<Window>> batches(List<Window> windows, Set<String> outputs, int batchSize) {
    List<Window> longestFirst = new ArrayList<>(windows);
    longestFirst.sort(Comparator.comparingInt(Window::length).reversed());
    int[] lengths =
        longestFirst.stream()
            .mapToInt(window -> model.fixedLength().orElse(window.length()))
            .toArray();
    List<List<Window>> batches = new ArrayList<>();
    int start = 0;
    for (int end : cuts(outputs, batchSize).of(lengths)) {
      batches.add(longestFirst.subList(start, end));
      start = end;
    }
    return batches;
  }

  private BatchCuts cuts(Set<String> outputs, int batchSize) {
    int most = Math.min(batchSize, MOST_ROWS);
    return new BatchCuts(
        Math.min(most, model.fixedBatch().orElse(most)),
        MOST_OUTPUT_NUMBERS / Math.max(1, numbersPerToken(outputs)),
        model.toleratesPadding(),
        model.fixedBatch().orElse(1),
        tokensPerRun);
  }

  private long numbersPerToken(Set<String> outputs) {
    long numbers = 0;
    for (String output : outputs) {
      List<Long> shape = model.outputs().getOrDefault(output, List.of());
      numbers += shape.size() == 3 ? Math.max(1, shape.get(2)) : 1;
    }
    return numbers;
  }
}

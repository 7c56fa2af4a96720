package io.loquent.decoding.parallel.diffusion;

import io.loquent.DiffusionCache;
import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.Outcome;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One sequence while it is filled. Slots are counted from the canvas's first one, so that of the
 * first new token is the prompt's length. Confined to one thread.
 */
final class Filling {

  private final DiffusionSettings settings;
  private final SlotReader reader;
  private final SlotOrder order;
  private final Outcome outcome;
  private final FinishReason reasonAtEnd;
  private final int sequence;
  private final int promptLength;
  private final int mask;
  private final Canvas canvas;
  private final @Nullable Canvas unconditional;

  /** By slot: what is filled in, and how often it was a mask again. */
  private final @Nullable ChosenToken[] filled;

  private final int[] remaskings;

  /** By slot, of the present run. */
  private final int[] proposed;

  private final double[] logProbability;
  private final double[] confidence;
  private final double[] priority;

  private final int[] masked;
  private final int[] remasked;

  /** The block that is filled, its runs so far, and the runs of all blocks. */
  private int block;

  private int blockRuns;
  private int runs;

  /** The tokens that cannot change any more, and how many are known not to end the sequence. */
  private final List<ChosenToken> certain = new ArrayList<>();

  private @Nullable Hypothesis result;

  Filling(DiffusionSettings settings, SlotReader reader, Outcome outcome, int sequence) {
    this.settings = settings;
    this.reader = reader;
    this.outcome = outcome;
    this.sequence = sequence;
    order = new SlotOrder(settings);
    reasonAtEnd = SequenceLimits.of(settings.search()).reasonAtMaxLength();
    int[] prompt = settings.search().prompt().ids();
    promptLength = prompt.length;
    mask = settings.model().maskToken().getAsInt();
    int length = promptLength + settings.blocks().slots();
    int[] tokens = Arrays.copyOf(prompt, length);
    Arrays.fill(tokens, promptLength, length, mask);
    canvas = new Canvas(tokens);
    unconditional = settings.isGuided() ? Canvas.filled(mask, length) : null;
    filled = new ChosenToken[length];
    remaskings = new int[length];
    proposed = new int[length];
    logProbability = new double[length];
    confidence = new double[length];
    priority = new double[length];
    int blockSize = settings.blocks().blockLength();
    masked = new int[blockSize];
    remasked = new int[blockSize];
  }

  boolean isFinished() {
    return result != null;
  }

  Hypothesis result() {
    return Objects.requireNonNull(result);
  }

  Canvas canvas() {
    return canvas;
  }

  Canvas unconditional() {
    return Objects.requireNonNull(unconditional);
  }

  int certainCount() {
    return result == null ? certain.size() : result.tokens().size();
  }

  ChosenToken certain(int index) {
    return result == null ? certain.get(index) : result.tokens().get(index);
  }

  int[] tokens() {
    if (result == null) {
      return Arrays.copyOfRange(canvas.toArray(), promptLength, canvas.length());
    }
    return result.tokens().stream().mapToInt(ChosenToken::id).toArray();
  }

  /** Says what the next run goes over. */
  void ask() {
    boolean isWhole = settings.cache() == DiffusionCache.NONE || blockRuns == 0;
    ask(canvas, isWhole);
    if (unconditional != null) {
      ask(unconditional, isWhole);
    }
  }

  private void ask(Canvas target, boolean isWhole) {
    if (isWhole) {
      target.askForAll();
    } else {
      // Shifted logits of the block's first slot are those of the slot before it.
      int first = Math.max(0, start() - settings.model().logitsShift());
      target.askFor(first, settings.cache() == DiffusionCache.DUAL ? end() : target.length());
    }
  }

  private int start() {
    return promptLength + settings.blocks().start(block);
  }

  private int end() {
    return promptLength + settings.blocks().end(block);
  }

  /** Fills some slots of the block by what a run says. */
  void fill(ParallelOutput output, int row) {
    int count = propose(output, row);
    int again = chooseAgain();
    CommitRule.BlockRun run = new CommitRule.BlockRun(block, blockRuns, again);
    SlotOrder.sort(masked, count, priority);
    int kept = settings.rule().choose(run, masked, count, confidence);
    for (int i = 0; i < kept; i++) {
      int slot = masked[i];
      filled[slot] =
          reader.keep(output, row, canvas, slot, sequence, proposed[slot], logProbability[slot]);
    }
    for (int i = 0; i < kept; i++) {
      write(masked[i], proposed[masked[i]]);
    }
    for (int i = 0; i < again; i++) {
      filled[remasked[i]] = null;
      remaskings[remasked[i]]++;
      write(remasked[i], mask);
    }
    blockRuns++;
    runs++;
    boolean isFull = kept == count && again == 0;
    if (isFull) {
      block++;
      blockRuns = 0;
    }
    if (isFull || settings.remasking() == null) {
      settle();
    }
  }

  /** Chooses a token for each mask of the block, and returns how many there are. */
  private int propose(ParallelOutput output, int row) {
    int count = 0;
    for (int slot = start(); slot < end(); slot++) {
      if (filled[slot] == null) {
        masked[count++] = slot;
        reader.choose(output, row, canvas, slot, sequence, draw(slot));
        proposed[slot] = reader.token();
        logProbability[slot] = reader.logProbability();
        confidence[slot] = reader.confidence();
        priority[slot] = order.priority(reader.rank(), sequence, moment(slot));
      }
    }
    return count;
  }

  /**
   * What a slot's draw depends on: the slot, not the run, so that the draw is the one that an
   * autoregressive model would make there, and independent of when the slot is filled; and anew
   * each time that it has become a mask.
   */
  private int draw(int slot) {
    return slot - promptLength + settings.blocks().slots() * remaskings[slot];
  }

  private int moment(int slot) {
    return slot - promptLength + settings.blocks().slots() * runs;
  }

  /** Finds the filled slots that become masks again, and returns how many there are. */
  private int chooseAgain() {
    Remasking remasking = settings.remasking();
    if (remasking == null) {
      return 0;
    }
    double probability = remasking.probability(block, blockRuns, settings.blocks().size(block));
    int count = 0;
    for (int slot = start(); slot < end(); slot++) {
      if (filled[slot] != null && remasking.masks(probability, sequence, moment(slot))) {
        remasked[count++] = slot;
      }
    }
    return count;
  }

  private void write(int slot, int token) {
    canvas.set(slot, token);
    if (unconditional != null) {
      unconditional.set(slot, token);
    }
  }

  /** Looks at what has become certain: all that is filled from the left. */
  private void settle() {
    int known = certain.size();
    int slot = promptLength + known;
    while (slot < filled.length && filled[slot] != null) {
      certain.add(Objects.requireNonNull(filled[slot]));
      slot++;
    }
    int end = known == certain.size() ? -1 : outcome.end(certain, known);
    if (end >= 0) {
      finish(end, reasonAtEnd);
    }
  }

  /**
   * Ends the sequence.
   *
   * @param reason if it does not end by itself
   */
  void finish(FinishReason reason) {
    int end = outcome.end(certain);
    finish(end < 0 ? certain.size() : end, reason);
  }

  private void finish(int end, FinishReason reason) {
    List<ChosenToken> tokens = certain.subList(0, end);
    double score = 0;
    for (ChosenToken token : tokens) {
      score += token.logProbability();
    }
    result = outcome.stopped(tokens, score, reason);
  }
}

package io.loquent.decoding.parallel.ctc;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.Token.TopToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.SlotPosition;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The log-probabilities of one frame after another: what the model says, and what the options make
 * of it. Reuses its arrays; confined to one thread.
 */
final class FrameScores {

  private final ProcessorChain chain;
  private final SlotPosition nothing = new SlotPosition(0);
  private final OptionalInt never;
  private final float[] raw;

  /** The logits that tokens are chosen by: the model's own, unless options change them. */
  private final float[] scores;

  private final @Nullable TopTokens best;
  private double rawSum;
  private double sum;
  private int number = -1;
  private @Nullable List<TopToken> top;

  /**
   * Prepares.
   *
   * @param setup the request
   * @param never a token that no frame says: the mask
   */
  FrameScores(SearchSetup setup, OptionalInt never) {
    this.never = never;
    chain = ProcessorChain.forGreedy(ofOneToken(setup));
    raw = new float[setup.vocabularySize()];
    boolean areChanged = never.isPresent() || !chain.isEmpty();
    scores = areChanged ? new float[setup.vocabularySize()] : raw;
    int count = setup.options().get(Option.TOP_LOGPROBS).orElse(0);
    best = count == 0 ? null : new TopTokens(Math.min(count, raw.length));
  }

  /** Leaves the options that change a token's score whatever comes before it. */
  private static SearchSetup ofOneToken(SearchSetup setup) {
    GenerationOptions all = setup.options();
    GenerationOptions.Builder some = GenerationOptions.builder();
    copy(all, some, Option.SUPPRESS_TOKENS);
    copy(all, some, Option.REMOVE_INVALID_VALUES);
    List<List<Integer>> words = new ArrayList<>(all.get(Option.BAD_WORDS_IDS).orElse(List.of()));
    words.removeIf(word -> word.size() > 1);
    if (!words.isEmpty()) {
      some.set(Option.BAD_WORDS_IDS, words);
      copy(all, some, Option.EOS_TOKEN_ID);
    }
    List<SequenceBias> biases = new ArrayList<>(all.get(Option.SEQUENCE_BIAS).orElse(List.of()));
    biases.removeIf(bias -> bias.tokens().size() > 1);
    if (!biases.isEmpty()) {
      some.set(Option.SEQUENCE_BIAS, biases);
    }
    return new SearchSetup(
        setup.request(),
        some.build(),
        setup.prompt(),
        setup.vocabularySize(),
        setup.tokenizer(),
        setup.seed());
  }

  private static <T> void copy(
      GenerationOptions from, GenerationOptions.Builder to, Option<T> option) {
    from.get(option).ifPresent(value -> to.set(option, value));
  }

  /** Goes to a frame of a model's output. */
  void read(ParallelOutput output, int row, int frame) {
    output.logits(row, frame, raw);
    prepare(frame);
  }

  /** Goes to the next frame of a stream. */
  void readNext(FloatBuffer logits) {
    logits.get(raw);
    prepare(number + 1);
  }

  private void prepare(int frame) {
    number = frame;
    top = null;
    rawSum = Double.NaN;
    if (scores != raw) {
      System.arraycopy(raw, 0, scores, 0, raw.length);
      chain.process(nothing, 0, scores);
      never.ifPresent(id -> scores[id] = Float.NEGATIVE_INFINITY);
    }
    sum = LogProbabilities.logSumExp(scores);
  }

  int vocabularySize() {
    return raw.length;
  }

  /** Returns the most probable token. */
  int best() {
    return LogProbabilities.mostProbable(scores);
  }

  double logProbability(int id) {
    return scores[id] - sum;
  }

  /** Returns what choosing a token here means. */
  FrameChoice choice(int id) {
    if (Double.isNaN(rawSum)) {
      rawSum = scores == raw ? sum : LogProbabilities.logSumExp(raw);
    }
    return new FrameChoice(number, id, logProbability(id), raw[id] - rawSum, top());
  }

  private List<TopToken> top() {
    if (best == null) {
      return List.of();
    }
    if (top == null) {
      best.select(scores);
      List<TopToken> list = new ArrayList<>(best.size());
      for (int rank = 0; rank < best.size(); rank++) {
        list.add(new TopToken(best.id(rank), logProbability(best.id(rank))));
      }
      top = List.copyOf(list);
    }
    return top;
  }
}

package io.loquent.samples.benchmarks.pronunciation;

import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One contestant's answers, their errors and their times, block of words by block. */
final class Trial {

  private final Contestant contestant;
  private final Generator generator;
  private final List<List<HeldOutWord>> blocks;
  private final List<List<GenerationRequest>> requests = new ArrayList<>();
  private final long[][] singleNanos;
  private final long[][] batchNanos;
  private final ErrorRates stressed = new ErrorRates(true);
  private final ErrorRates unstressed = new ErrorRates(false);
  private int words;
  private int modelRuns;
  private int otherInBatch;

  /**
   * Prepares the requests.
   *
   * @param contestant what is tried
   * @param generator its model, open
   * @param blocks the words, as they are batched
   * @param rounds how often each block will be measured
   */
  Trial(Contestant contestant, Generator generator, List<List<HeldOutWord>> blocks, int rounds) {
    this.contestant = contestant;
    this.generator = generator;
    this.blocks = blocks;
    singleNanos = new long[blocks.size()][rounds];
    batchNanos = new long[blocks.size()][rounds];
    for (List<HeldOutWord> block : blocks) {
      requests.add(
          block.stream()
              .map(
                  word ->
                      GenerationRequest.text(word.spelling())
                          .options(o -> o.decoding(contestant.decoding()))
                          .build())
              .toList());
      words += block.size();
    }
  }

  /** Generates a block's answers and forgets them. */
  void warmUp(int block) {
    requests.get(block).forEach(generator::generate);
    generator.generateAll(requests.get(block));
  }

  /** Generates a block's answers one at a time and together; the first round's are marked. */
  void run(int block, int round) {
    List<GenerationResult> alone = new ArrayList<>();
    long start = System.nanoTime();
    for (GenerationRequest request : requests.get(block)) {
      alone.add(generator.generate(request));
    }
    long between = System.nanoTime();
    List<GenerationResult> together = generator.generateAll(requests.get(block));
    long end = System.nanoTime();
    singleNanos[block][round] = between - start;
    batchNanos[block][round] = end - between;
    if (round == 0) {
      for (int i = 0; i < alone.size(); i++) {
        mark(blocks.get(block).get(i), alone.get(i), together.get(i));
      }
    }
  }

  private void mark(HeldOutWord word, GenerationResult alone, GenerationResult together) {
    List<String> answer = HeldOutWord.phonemes(alone.text());
    stressed.add(answer, word);
    unstressed.add(answer, word);
    modelRuns += alone.usage().modelRuns();
    otherInBatch += alone.text().equals(together.text()) ? 0 : 1;
  }

  /**
   * Sums up, once all blocks were run in each round.
   *
   * @return rates and times over all words
   */
  TrialResult result() {
    return new TrialResult(
        contestant,
        stressed.wordErrorRate(),
        stressed.phonemeErrorRate(),
        unstressed.wordErrorRate(),
        unstressed.phonemeErrorRate(),
        millisPerWord(singleNanos),
        millisPerWord(batchNanos),
        (double) modelRuns / words,
        100.0 * otherInBatch / words);
  }

  /** The median of each block's rounds, so that one disturbed round does not count. */
  private double millisPerWord(long[][] nanos) {
    double sum = 0;
    for (long[] rounds : nanos) {
      long[] sorted = rounds.clone();
      Arrays.sort(sorted);
      sum += (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2.0;
    }
    return sum / 1e6 / words;
  }
}

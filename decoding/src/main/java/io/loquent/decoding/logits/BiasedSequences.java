package io.loquent.decoding.logits;

import io.loquent.SequenceBias;
import io.loquent.TokenSequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to the score of the last token of a sequence where the tokens before it are already there
 * (Hugging Face {@code SequenceBiasLogitsProcessor}), or forbids it ({@code
 * NoBadWordsLogitsProcessor}).
 *
 * <p>As there, a sequence of several tokens that is longer than all that has been generated and
 * prompted is passed over, even when all but its last token match.
 */
final class BiasedSequences implements LoweringProcessor {

  private final int[][] sequences;
  private final float[] biases;

  private BiasedSequences(Map<List<Integer>, Double> biasBySequence) {
    sequences = new int[biasBySequence.size()][];
    biases = new float[biasBySequence.size()];
    int index = 0;
    for (Map.Entry<List<Integer>, Double> entry : biasBySequence.entrySet()) {
      sequences[index] = entry.getKey().stream().mapToInt(Integer::intValue).toArray();
      biases[index] = entry.getValue().floatValue();
      index++;
    }
  }

  /** Of several biases for one sequence the last counts. */
  static BiasedSequences biasing(List<SequenceBias> biases) {
    Map<List<Integer>, Double> biasBySequence = new LinkedHashMap<>();
    biases.forEach(bias -> biasBySequence.put(bias.tokens(), bias.bias()));
    return new BiasedSequences(biasBySequence);
  }

  /** An end token alone is not forbidden: generation could only run into its length limit. */
  static BiasedSequences forbidding(List<List<Integer>> sequences, List<Integer> endTokens) {
    List<List<Integer>> endings = new ArrayList<>();
    endTokens.forEach(id -> endings.add(List.of(id)));
    Map<List<Integer>, Double> biasBySequence = new LinkedHashMap<>();
    for (List<Integer> sequence : sequences) {
      if (!endings.contains(sequence)) {
        biasBySequence.put(sequence, Double.NEGATIVE_INFINITY);
      }
    }
    return new BiasedSequences(biasBySequence);
  }

  @Override
  public int lowers(int length) {
    for (float bias : biases) {
      if (!(bias <= 0)) {
        return ProcessorChain.ANY;
      }
    }
    return biases.length;
  }

  @Override
  public void process(TokenSequence tokens, float[] scores) {
    for (int i = 0; i < sequences.length; i++) {
      int[] sequence = sequences[i];
      if (sequence.length == 1 || isAboutToEnd(sequence, tokens)) {
        scores[sequence[sequence.length - 1]] += biases[i];
      }
    }
  }

  private static boolean isAboutToEnd(int[] sequence, TokenSequence tokens) {
    int length = tokens.length();
    if (sequence.length > length) {
      return false;
    }
    int start = length - (sequence.length - 1);
    for (int i = 0; i < sequence.length - 1; i++) {
      if (tokens.get(start + i) != sequence[i]) {
        return false;
      }
    }
    return true;
  }
}

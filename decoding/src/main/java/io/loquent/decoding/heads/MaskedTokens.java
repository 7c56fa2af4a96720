package io.loquent.decoding.heads;

import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.TopTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What a masked language model says about one place of a text. Stateless and thread-safe. */
public final class MaskedTokens {

  private MaskedTokens() {}

  /**
   * A token and its probability.
   *
   * @param id vocabulary id
   * @param probability from 0 to 1, among the whole vocabulary
   */
  public record Scored(int id, double probability) {}

  /**
   * Returns the most probable tokens, as Hugging Face's fill-mask pipeline does.
   *
   * @param logits {@code [vocabulary]}
   * @param count how many, at least 1; fewer if the vocabulary has fewer that are possible
   * @return the most probable first, the lower id first among equal ones
   * @throws io.loquent.InferenceException if a logit is not a number, or none is possible
   */
  public static List<Scored> best(float[] logits, int count) {
    TopTokens best = new TopTokens(Math.min(count, logits.length));
    best.select(logits);
    return scored(best, LogProbabilities.logSumExp(logits));
  }

  /**
   * Returns the most probable of some tokens; their probabilities are still those among the whole
   * vocabulary.
   *
   * @param logits {@code [vocabulary]}
   * @param count how many, at least 1; fewer if fewer are asked for
   * @param among vocabulary ids, all different, at least one
   * @return the most probable first, the lower id first among equal ones
   * @throws io.loquent.InferenceException if a logit is not a number, or none is possible
   */
  public static List<Scored> best(float[] logits, int count, int[] among) {
    TopTokens best = new TopTokens(Math.min(count, among.length));
    for (int id : among) {
      best.offer(0, id, logits[id]);
    }
    best.sort();
    return scored(best, LogProbabilities.logSumExp(logits));
  }

  private static List<Scored> scored(TopTokens best, double logSum) {
    List<Scored> scored = new ArrayList<>(best.size());
    for (int rank = 0; rank < best.size(); rank++) {
      scored.add(new Scored(best.id(rank), Math.exp(best.score(rank) - logSum)));
    }
    return scored;
  }

  /**
   * Returns which tokens are hidden while one is scored: that token (Salazar et al. 2020, "Masked
   * Language Model Scoring"), and with {@code withinWordL2r} also those behind it in the same word,
   * which would give it away (Kauf and Ivanova 2023, "A Better Way to Do Masked Language Model
   * Scoring", {@code PLL-word-l2r}).
   *
   * @param token index of the token that is scored
   * @param words {@code [length]} which word each token is of, equal for neighbours of one word
   * @param withinWordL2r whether later tokens of its word are hidden too
   * @return indices, ascending
   */
  public static int[] hiddenFor(int token, int[] words, boolean withinWordL2r) {
    int end = token + 1;
    while (withinWordL2r && end < words.length && words[end] == words[token]) {
      end++;
    }
    return IntStream.range(token, end).toArray();
  }
}

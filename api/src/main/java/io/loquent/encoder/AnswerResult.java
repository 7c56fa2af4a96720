package io.loquent.encoder;

import java.util.List;
import java.util.Optional;

/**
 * What a text says to a question. Immutable.
 *
 * @param answers the best answers, the highest score first; of equal scores the earlier first
 * @param noAnswerScore the probability from 0 to 1 that the text has no answer: that of the first
 *     special token as start times as end, the lowest over windows. Means something only for models
 *     that were trained with questions that have no answer
 * @param nullScoreDifference the logits of "no answer" less those of the best answer, as SQuAD 2.0
 *     evaluations take it; positive infinity if there is no answer at all
 * @param answerable false if {@link AnswerOptions#handleImpossibleAnswer()} is set and the
 *     difference is above {@link AnswerOptions#nullScoreDiffThreshold()}
 */
public record AnswerResult(
    List<Answer> answers, double noAnswerScore, double nullScoreDifference, boolean answerable) {

  /**
   * Copies the list.
   *
   * @param answers the best answers
   * @param noAnswerScore the probability of no answer
   * @param nullScoreDifference logits of "no answer" less those of the best answer
   * @param answerable whether the best answer counts
   */
  public AnswerResult {
    answers = List.copyOf(answers);
  }

  /**
   * Returns the best answer.
   *
   * @return empty if the text has no answer
   */
  public Optional<Answer> best() {
    return answerable ? answers.stream().findFirst() : Optional.empty();
  }
}

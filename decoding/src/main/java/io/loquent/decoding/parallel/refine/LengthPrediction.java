package io.loquent.decoding.parallel.refine;

import io.loquent.InferenceException;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSetup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the lengths that a request's candidates have. Where the model scores lengths, they are its
 * most probable ones (Ghazvininejad et al. 2019), the lower class first among equal ones; where the
 * source or the options say a length, they are that one and those around it (fairseq's length
 * beam). Lengths below 1 are passed over, and the others brought between the minimum and the
 * maximum that the options set; of those that coincide then, the first one stays.
 */
final class LengthPrediction {

  private final ParallelModel model;
  private final int sourceLength;
  private final int wanted;
  private final int least;
  private final int most;

  LengthPrediction(ParallelSetup setup) {
    model = setup.model();
    sourceLength = setup.source().length;
    wanted = setup.search().options().get(Option.LENGTH_BEAM).orElse(1);
    SequenceLimits limits = SequenceLimits.of(setup.search());
    most = limits.maxNewTokens();
    least = Math.min(most, limits.minLength() - limits.promptLength());
  }

  /**
   * Returns the lengths of the candidates.
   *
   * @param encoded what the encoder says
   * @param row the request's row
   * @return at least one, all different, the model's first choice first if it scores lengths
   * @throws InvalidRequestException if lengths follow from a source of tokens, but there is none
   * @throws InferenceException if no length of at least 1 has a score, or scores are not numbers
   */
  List<TargetLength> lengths(ParallelOutput encoded, int row) {
    return switch (model.lengthMode()) {
      case CLASSES -> byClass(encoded, row, model.lengthOffset());
      case OFFSET_CLASSES -> byClass(encoded, row, source() - model.lengthOffset());
      case SOURCE -> around(Math.max(1, Math.round(source() * model.upsample())));
      case OPTION -> around(most);
    };
  }

  private int source() {
    if (sourceLength == 0) {
      throw new InvalidRequestException(
          "the model's output is as long as its source says ("
              + model.lengthMode()
              + "), but this input has no tokens; give text or token ids");
    }
    return sourceLength;
  }

  private List<TargetLength> byClass(ParallelOutput encoded, int row, int first) {
    float[] logits = new float[encoded.lengthClasses()];
    if (logits.length == 0) {
      throw new InferenceException(
          "the length of the output is to be read from the encoder's length logits ("
              + model.lengthMode()
              + "), but the encoder has none; export them, or set another length mode");
    }
    encoded.lengthLogits(row, logits);
    LogProbabilities.logSumExp(logits); // Fails if one of them is not a number.
    List<Integer> classes = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] > Float.NEGATIVE_INFINITY && first + i >= 1) {
        classes.add(i);
      }
    }
    classes.sort((a, b) -> Float.compare(logits[b], logits[a]));
    Map<Integer, TargetLength> lengths = new LinkedHashMap<>();
    for (int i = 0; i < classes.size() && lengths.size() < wanted; i++) {
      add(lengths, first + classes.get(i));
    }
    if (lengths.isEmpty()) {
      throw new InferenceException(
          "none of the model's "
              + logits.length
              + " length classes stands for a length of at least 1 that can be chosen: they begin at "
              + first
              + "; check the length offset of the model ("
              + model.lengthOffset()
              + ")");
    }
    return List.copyOf(lengths.values());
  }

  private List<TargetLength> around(long middle) {
    Map<Integer, TargetLength> lengths = new LinkedHashMap<>();
    for (int i = 0; i < wanted; i++) {
      long length = middle + i - wanted / 2;
      // Nothing is longer than the options themselves say.
      if (length >= 1 && !(model.lengthMode() == LengthMode.OPTION && length > most)) {
        add(lengths, length);
      }
    }
    return List.copyOf(lengths.values());
  }

  private void add(Map<Integer, TargetLength> lengths, long length) {
    int tokens = (int) Math.max(least, Math.min(most, length));
    lengths.putIfAbsent(tokens, new TargetLength(tokens, length > most));
  }
}

package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.Score;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Computes the teacher-forced likelihood of given tokens. Thread-safe. */
final class Scorer {

  /** Where the logits of all positions would take more, tokens are scored one after another. */
  private static final long MOST_LOGITS_BYTES = 1L << 30;

  private final LoadedModel model;
  private final PromptReader reader;
  private final PromptReader targetReader;
  private final GenerationOptions defaults;
  private final long mostLogitsBytes;

  Scorer(
      LoadedModel model,
      PromptReader reader,
      PromptReader targetReader,
      GenerationOptions defaults) {
    this(model, reader, targetReader, defaults, MOST_LOGITS_BYTES);
  }

  Scorer(
      LoadedModel model,
      PromptReader reader,
      PromptReader targetReader,
      GenerationOptions defaults,
      long mostLogitsBytes) {
    this.mostLogitsBytes = mostLogitsBytes;
    this.model = model;
    this.reader = reader;
    this.targetReader = targetReader;
    this.defaults = defaults;
  }

  Score score(Input text) {
    refuseParallel();
    if (model.isEncoderDecoder()) {
      throw new InvalidRequestException(
          model.info().name()
              + " is an encoder-decoder: it scores a target given an input; use score(input,"
              + " target)");
    }
    int[] ids = reader.decoderRow(text).ids();
    return score(new PromptRow(ids, null, null), 1);
  }

  Score score(Input input, Input target) {
    refuseParallel();
    int[] targetIds = withoutPadding(targetReader.ids(target, model.isEncoderDecoder()));
    if (model.isEncoderDecoder()) {
      int[] start = reader.decoderPrompt(null, defaults);
      // Given ids are what they are, but a tokenizer may have put the start token before a text.
      int[] rest = target instanceof Input.Tokens ? targetIds : withoutStart(targetIds, start[0]);
      int[] ids = joined(start, rest);
      PromptRow row = reader.encoderRow(input, reader.checkedRow(ids));
      return score(row, 1);
    }
    int[] prompt = reader.decoderRow(input).ids();
    int[] ids = reader.checkedRow(joined(prompt, targetIds));
    return score(new PromptRow(ids, null, null), prompt.length);
  }

  private void refuseParallel() {
    if (model.parallel().isPresent()) {
      throw new InvalidRequestException(
          model.info().name()
              + " does not decode step by step, so it does not say how probable a given text is; of a"
              + " masked language model, ask Encoder.pseudoLogLikelihood");
    }
  }

  private static int[] withoutStart(int[] ids, int start) {
    return ids.length > 0 && ids[0] == start ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  private int[] withoutPadding(int[] ids) {
    int pad = defaults.get(Option.PAD_TOKEN_ID).orElse(-1);
    boolean padEnds = defaults.get(Option.EOS_TOKEN_ID).orElse(List.of()).contains(pad);
    int end = ids.length;
    while (!padEnds && end > 0 && ids[end - 1] == pad) {
      end--;
    }
    return Arrays.copyOf(ids, end);
  }

  private static int[] joined(int[] first, int[] second) {
    int[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** Scores the ids of a row from an index on. */
  private Score score(PromptRow row, int from) {
    int[] ids = row.ids();
    if (from >= ids.length) {
      return new Score(List.of());
    }
    // The last id is only scored, never fed.
    int[] fed = Arrays.copyOf(ids, ids.length - 1);
    long bytes = (long) fed.length * model.info().vocabularySize() * Float.BYTES;
    boolean inOneRun = bytes <= mostLogitsBytes;
    OpenOptions options = new OpenOptions(false, true, inOneRun, ids.length);
    try (RunControl control = new RunControl()) {
      if (!inOneRun) {
        return stepByStep(row, from, options, control);
      }
      PromptRow whole = new PromptRow(fed, row.encoderIds(), row.features());
      try (DecodingState state = model.open(List.of(whole), options, control)) {
        StepOutput output = state.start();
        if (output.positions(0) == fed.length) {
          return inOneRun(output, ids, from);
        }
      }
      return stepByStep(row, from, options, control);
    }
  }

  private static Score inOneRun(StepOutput output, int[] ids, int from) {
    float[] logits = new float[output.vocabularySize()];
    List<Score.ScoredToken> tokens = new ArrayList<>();
    for (int i = from; i < ids.length; i++) {
      output.logits(0, i - 1, logits);
      tokens.add(scored(logits, ids[i]));
    }
    return new Score(tokens);
  }

  /** Also for graphs that answer for the newest token only, such as recurrent decoders. */
  private Score stepByStep(PromptRow row, int from, OpenOptions options, RunControl control) {
    int[] ids = row.ids();
    PromptRow start = new PromptRow(Arrays.copyOf(ids, from), row.encoderIds(), row.features());
    try (DecodingState state = model.open(List.of(start), options, control)) {
      StepOutput output = state.start();
      float[] logits = new float[output.vocabularySize()];
      List<Score.ScoredToken> tokens = new ArrayList<>();
      for (int i = from; i < ids.length; i++) {
        output.logits(0, logits);
        tokens.add(scored(logits, ids[i]));
        if (i + 1 < ids.length) {
          output = state.append(new int[] {ids[i]});
        }
      }
      return new Score(tokens);
    }
  }

  private static Score.ScoredToken scored(float[] logits, int id) {
    return new Score.ScoredToken(id, LogProbabilities.at(logits, id));
  }
}

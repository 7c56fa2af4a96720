package io.loquent.runtime;

import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.parallel.Reranker;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An autoregressive encoder-decoder that scores the candidates of another model in one run (noisy
 * parallel decoding, Gu et al. 2018). Thread-safe.
 */
final class RerankModel implements AutoCloseable {

  private final OpenedFolder folder;
  private final int[] start;
  private final int end;

  private RerankModel(OpenedFolder folder, int[] start, int end) {
    this.folder = folder;
    this.start = start;
    this.end = end;
  }

  /**
   * Opens a model.
   *
   * @throws ModelLoadException if it cannot score what the other one generates
   */
  static RerankModel open(String path, ModelConfig config, LoadedModel scored) {
    OpenedFolder folder =
        OpenedFolder.open(BesideConfig.of(Paths.get(path), config), new ArrayList<>());
    try {
      LoadedModel model = folder.model();
      if (model.parallel().isPresent()
          || !model.isEncoderDecoder()
          || !scored.isEncoderDecoder()
          || model.readsTokens() != scored.readsTokens()) {
        throw new ModelLoadException(
            "it must be an encoder-decoder that decodes step by step and reads the same input as "
                + scored.info().name());
      }
      int size = model.info().vocabularySize();
      if (size != scored.info().vocabularySize()) {
        throw new ModelLoadException(
            "it has another vocabulary than "
                + scored.info().name()
                + ": "
                + size
                + " tokens, not "
                + scored.info().vocabularySize());
      }
      List<Integer> ends = model.defaults().get(Option.EOS_TOKEN_ID).orElse(List.of());
      if (ends.isEmpty()) {
        throw new ModelLoadException("it names no end token (eos_token_id)");
      }
      int[] start = new PromptReader(model, null).decoderPrompt(null, model.defaults());
      return new RerankModel(folder, start, ends.get(0));
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /** Scores the candidates of one input. */
  Reranker reranker(PromptRow prompt) {
    return candidates -> score(prompt, candidates);
  }

  private double[] score(PromptRow prompt, List<int[]> candidates) {
    List<int[]> sequences = new ArrayList<>();
    int longest = 0;
    for (int[] candidate : candidates) {
      boolean ended = candidate.length > 0 && candidate[candidate.length - 1] == end;
      int[] sequence = Arrays.copyOf(start, start.length + candidate.length + (ended ? 0 : 1));
      System.arraycopy(candidate, 0, sequence, start.length, candidate.length);
      sequence[sequence.length - 1] = end;
      sequences.add(sequence);
      longest = Math.max(longest, sequence.length);
    }
    // The last token is only scored. Behind a shorter sequence stands what changes nothing before.
    List<PromptRow> rows = new ArrayList<>();
    for (int[] sequence : sequences) {
      int[] fed = new int[longest - 1];
      Arrays.fill(fed, end);
      System.arraycopy(sequence, 0, fed, 0, sequence.length - 1);
      rows.add(new PromptRow(fed, prompt.encoderIds(), prompt.features()));
    }
    OpenOptions options = new OpenOptions(false, true, true, longest);
    try (RunControl control = new RunControl();
        DecodingState state = folder.model().open(rows, options, control)) {
      StepOutput output = state.start();
      if (output.positions(0) < longest - 1) {
        throw new InvalidRequestException(
            "rerank_model "
                + folder.model().info().name()
                + ": its decoder answers for the newest token only, and candidates are scored in one"
                + " run; use a model that answers for each of its tokens, such as a Transformer");
      }
      float[] logits = new float[output.vocabularySize()];
      double[] scores = new double[sequences.size()];
      for (int row = 0; row < scores.length; row++) {
        scores[row] = mean(output, row, sequences.get(row), logits);
      }
      return scores;
    }
  }

  private double mean(StepOutput output, int row, int[] sequence, float[] logits) {
    double sum = 0;
    for (int i = start.length; i < sequence.length; i++) {
      output.logits(row, i - 1, logits);
      sum += LogProbabilities.at(logits, sequence[i]);
    }
    return sum / (sequence.length - start.length);
  }

  @Override
  public void close() {
    folder.close();
  }
}

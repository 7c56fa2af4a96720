package io.loquent.runtime;

import io.loquent.GenerationException;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.decoding.parallel.ParallelModel;
import java.util.Arrays;
import java.util.Optional;

/**
 * A short request before the first real one. It reads every weight once, makes ONNX Runtime's and
 * Loquent's work space, and takes the way of the default options through Java.
 */
final class WarmUp {

  private static final int PROMPT_TOKENS = 16;
  private static final int NEW_TOKENS = 8;

  private WarmUp() {}

  /**
   * Runs the request.
   *
   * @param parallel what the model is, if it decodes many tokens per run
   * @throws ModelLoadException if it fails; the generator stays open
   */
  static void run(Generator generator, ModelConfig config, Optional<ParallelModel> parallel) {
    ModelInfo model = generator.model();
    int room = model.contextLength().orElse(Integer.MAX_VALUE);
    int[] prompt = new int[Math.max(1, Math.min(PROMPT_TOKENS, room / 2))];
    for (int i = 0; i < prompt.length; i++) {
      prompt[i] = i % model.vocabularySize();
    }
    if (parallel.isPresent()
        && parallel.get().family() == ParallelModel.Family.MASKED_LANGUAGE_MODEL) {
      int mask = parallel.get().maskToken().orElse(0);
      Arrays.fill(prompt, mask == 0 ? 1 : 0);
      Arrays.fill(prompt, Math.max(0, prompt.length - NEW_TOKENS), prompt.length, mask);
    }
    GenerationRequest request =
        GenerationRequest.tokens(prompt)
            .options(
                options ->
                    options
                        .off(Option.MAX_LENGTH)
                        .off(Option.MAX_TIME)
                        .off(Option.MIN_LENGTH)
                        .off(Option.MIN_NEW_TOKENS)
                        .maxNewTokens(Math.max(1, Math.min(NEW_TOKENS, room - prompt.length))))
            .build();
    try {
      generator.generate(request);
    } catch (GenerationException e) {
      throw new ModelLoadException(
          config.folder()
              + ": warm_up is on, and the request that it makes fails: "
              + e.getMessage()
              + "; if requests of your own work, switch warm_up off",
          e);
    }
  }
}

package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.ModelReport;
import io.loquent.spi.EncoderProvider;
import io.loquent.spi.GeneratorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Explains a folder as what it is: a generator, or else an encoder.
 *
 * @param generators asked first
 * @param encoders asked if the folder is no generator
 */
record FolderReport(Supplier<GeneratorProvider> generators, Supplier<EncoderProvider> encoders) {

  private static final String AS_ENCODER = "as an encoder: ";

  ModelReport of(ModelConfig config) {
    ModelReport asGenerator = generators.get().inspect(config);
    if (asGenerator.problems().isEmpty()) {
      return asGenerator;
    }
    ModelReport asEncoder = encoders.get().inspect(config);
    return asEncoder.problems().isEmpty() ? asEncoder : neither(asGenerator, asEncoder);
  }

  /** What is missing for both counts once. */
  private static ModelReport neither(ModelReport asGenerator, ModelReport asEncoder) {
    List<String> problems = new ArrayList<>(asGenerator.problems());
    for (String problem : asEncoder.problems()) {
      if (!problems.contains(problem)) {
        problems.add(AS_ENCODER + problem);
      }
    }
    return new ModelReport(asGenerator.model(), asGenerator.findings(), problems);
  }
}

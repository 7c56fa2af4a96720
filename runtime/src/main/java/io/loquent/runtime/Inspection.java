package io.loquent.runtime;

import io.loquent.GenerationException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Explains a model folder by opening it and closing it again. */
final class Inspection {

  private Inspection() {}

  static ModelReport inspect(ModelConfig config) {
    List<String> findings = new ArrayList<>();
    findings.add("folder: " + config.folder().toAbsolutePath().normalize());
    try (OpenedFolder opened = OpenedFolder.open(config, findings)) {
      ModelInfo info = opened.model().info();
      findings.add("kind: " + info.kind() + " (" + info.layout() + ")");
      findings.add("vocabulary: " + info.vocabularySize() + " entries");
      findings.add(
          "context: "
              + (info.contextLength().isPresent()
                  ? info.contextLength().getAsInt() + " tokens"
                  : "not limited"));
      findings.add("default options: " + opened.model().defaults());
      if (config.warmUp()) {
        findings.add("warm-up: a generator runs one short request while it is opened");
      }
      info.notes().forEach(note -> findings.add("note: " + note));
      return new ModelReport(Optional.of(info), findings, List.of());
    } catch (GenerationException e) {
      return new ModelReport(Optional.empty(), findings, List.of(String.valueOf(e.getMessage())));
    }
  }
}

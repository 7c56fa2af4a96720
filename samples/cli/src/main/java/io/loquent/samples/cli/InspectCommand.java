package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.ModelReport;
import io.loquent.internal.json.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explains a model folder. */
@Command(
    name = "inspect",
    description = {
      "Explains a model folder: what was detected and why, inputs, outputs, states, types, special"
          + " ids, and what is missing.",
      "Exit code 1 if the model cannot be used."
    })
final class InspectCommand implements Callable<Integer> {

  private final FolderReport reports;
  private final Terminal terminal;

  @Parameters(
      paramLabel = "DIR",
      description = "A model folder, or a .properties or .json file that names one.")
  private Path path = Path.of("");

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "Which graphs of the folder: auto, fp32, fp16, q8, ...")
  private @Nullable String precision;

  @Option(names = "--json", description = "Prints one JSON object.")
  private boolean json;

  InspectCommand(FolderReport reports, Terminal terminal) {
    this.reports = reports;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ModelConfig config = ModelChoice.adjust(ModelConfig.load(path), precision, null);
    ModelReport report = reports.of(config);
    List<String> lines = json ? List.of(Json.write(ReportJson.of(report))) : ReportTable.of(report);
    lines.forEach(terminal.out()::println);
    return report.problems().isEmpty() ? 0 : 1;
  }
}

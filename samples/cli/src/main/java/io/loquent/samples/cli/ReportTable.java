package io.loquent.samples.cli;

import io.loquent.ModelInfo;
import io.loquent.ModelInfo.Tensor;
import io.loquent.ModelReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Lays a model report out for reading. */
final class ReportTable {

  private final List<String> lines = new ArrayList<>();

  private ReportTable() {}

  static List<String> of(ModelReport report) {
    ReportTable table = new ReportTable();
    report.model().ifPresent(table::addModel);
    table.addSection("Found", report.findings());
    report.model().ifPresent(table::addTensors);
    report.model().ifPresent(model -> table.addSection("Notes", model.notes()));
    table.addSection("Problems", report.problems());
    if (report.problems().isEmpty()) {
      table.lines.add("Nothing is missing.");
    }
    return table.lines;
  }

  private void addModel(ModelInfo model) {
    addField("model", model.name());
    addField("kind", words(model.kind()));
    addField("layout", model.layout());
    addField("precision", model.precision());
    addField("vocabulary", model.vocabularySize() + " tokens");
    addField(
        "context",
        model.contextLength().isPresent()
            ? model.contextLength().getAsInt() + " tokens"
            : "no limit known");
    addField("padding id", idOrNone(model.tokens().pad()));
    addField("begin id", idOrNone(model.tokens().bos()));
    addField("end ids", model.tokens().eos().isEmpty() ? "none" : join(model.tokens().eos()));
    addField("start id", idOrNone(model.tokens().decoderStart()));
    lines.add("");
  }

  private void addField(String label, String value) {
    lines.add(String.format(Locale.ROOT, "%-12s%s", label, value));
  }

  private void addSection(String title, List<String> entries) {
    if (!entries.isEmpty()) {
      lines.add(title);
      entries.forEach(entry -> lines.add("  - " + entry));
      lines.add("");
    }
  }

  private void addTensors(ModelInfo model) {
    Map<String, List<Tensor>> byFile = new LinkedHashMap<>();
    model
        .tensors()
        .forEach(
            tensor -> byFile.computeIfAbsent(tensor.file(), file -> new ArrayList<>()).add(tensor));
    byFile.forEach(
        (file, tensors) -> {
          lines.add(file);
          int nameWidth = width(tensors.stream().map(Tensor::name).toList());
          int typeWidth = width(tensors.stream().map(Tensor::type).toList());
          String format = "  %-12s  %-" + nameWidth + "s  %-" + typeWidth + "s  [%s]";
          for (Tensor tensor : tensors) {
            lines.add(
                String.format(
                    Locale.ROOT,
                    format,
                    words(tensor.role()),
                    tensor.name(),
                    tensor.type(),
                    String.join(", ", tensor.shape())));
          }
          lines.add("");
        });
  }

  private static int width(List<String> cells) {
    return Math.max(1, cells.stream().mapToInt(String::length).max().orElse(1));
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String idOrNone(OptionalInt id) {
    return id.isPresent() ? Integer.toString(id.getAsInt()) : "none";
  }

  private static String join(List<Integer> ids) {
    return String.join(", ", ids.stream().map(String::valueOf).toList());
  }
}

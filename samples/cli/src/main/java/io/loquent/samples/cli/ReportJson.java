package io.loquent.samples.cli;

import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Turns a model report into JSON. */
final class ReportJson {

  private ReportJson() {}

  static Map<String, @Nullable Object> of(ModelReport report) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("model", report.model().map(ReportJson::model).orElse(null));
    json.put("findings", report.findings());
    json.put("problems", report.problems());
    return json;
  }

  private static Map<String, @Nullable Object> model(ModelInfo model) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", model.name());
    json.put("kind", lower(model.kind()));
    json.put("layout", model.layout());
    json.put("precision", model.precision());
    json.put("vocabulary_size", model.vocabularySize());
    json.put("context_length", orNull(model.contextLength()));
    json.put("pad_token_id", orNull(model.tokens().pad()));
    json.put("bos_token_id", orNull(model.tokens().bos()));
    json.put("eos_token_id", model.tokens().eos());
    json.put("decoder_start_token_id", orNull(model.tokens().decoderStart()));
    json.put("tensors", model.tensors().stream().map(ReportJson::tensor).toList());
    json.put("notes", model.notes());
    return json;
  }

  private static Map<String, Object> tensor(ModelInfo.Tensor tensor) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", tensor.file());
    json.put("role", lower(tensor.role()));
    json.put("name", tensor.name());
    json.put("type", tensor.type());
    json.put("shape", tensor.shape());
    return json;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Integer orNull(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : null;
  }
}

package io.loquent.samples.cli;

import io.loquent.encoder.Embedding;
import io.loquent.encoder.SparseEmbedding;
import io.loquent.encoder.SparseEmbedding.TokenWeight;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.internal.json.Json;
import io.loquent.spi.TokenizedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;

/** Lays vectors out, for reading or as JSON. */
final class VectorPrinter {

  private static final int NUMBERS_SHOWN = 4;
  private static final int WEIGHTS_SHOWN = 10;
  private static final String INDENT = "  ";

  private final List<String> texts;
  private final boolean json;

  VectorPrinter(List<String> texts, boolean json) {
    this.texts = texts;
    this.json = json;
  }

  List<String> dense(List<Embedding> vectors) {
    if (json) {
      return objects(
          text -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("embedding", numbers(vectors.get(text).values()));
            object.put("tokens", vectors.get(text).tokens());
            return object;
          });
    }
    Columns table = new Columns("");
    for (int text = 0; text < texts.size(); text++) {
      Embedding vector = vectors.get(text);
      table.add(
          String.valueOf(text + 1),
          beginning(vector.values()),
          vector.dimensions() + " numbers",
          vector.tokens() + " tokens",
          texts.get(text));
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.addAll(similarities(vectors, Embedding::cosineSimilarity));
    return lines;
  }

  List<String> sparse(List<SparseEmbedding> vectors) {
    if (json) {
      return objects(
          text -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put(
                "weights",
                vectors.get(text).weights().stream().map(VectorPrinter::weight).toList());
            object.put("dimensions", vectors.get(text).dimensions());
            object.put("tokens", vectors.get(text).tokens());
            return object;
          });
    }
    List<String> lines = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      List<TokenWeight> weights = vectors.get(text).weights();
      lines.add((text + 1) + INDENT + texts.get(text) + " (" + weights.size() + " weights)");
      Columns table = new Columns(INDENT);
      weights.stream()
          .limit(WEIGHTS_SHOWN)
          .forEach(weight -> table.add(decimal(weight.weight()), weight.token()));
      lines.addAll(table.lines());
    }
    lines.addAll(similarities(vectors, SparseEmbedding::cosineSimilarity));
    return lines;
  }

  List<String> tokens(List<TokenEmbeddings> vectors) {
    if (json) {
      return objects(text -> Map.of("tokens", tokens(vectors.get(text))));
    }
    List<String> lines = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      TokenEmbeddings rows = vectors.get(text);
      lines.add(
          (text + 1) + INDENT + texts.get(text) + " (" + rows.dimensions() + " numbers each)");
      Columns table = new Columns(INDENT);
      TokenizedText tokens = rows.tokens();
      for (int token = 0; token < rows.size(); token++) {
        table.add(
            tokens.isSpecial(token) ? "-" : tokens.start(token) + "-" + tokens.end(token),
            beginning(rows.vector(token)),
            tokens.isSpecial(token)
                ? ""
                : texts.get(text).substring(tokens.start(token), tokens.end(token)));
      }
      lines.addAll(table.lines());
    }
    return lines;
  }

  private static List<Map<String, Object>> tokens(TokenEmbeddings rows) {
    List<Map<String, Object>> list = new ArrayList<>();
    for (int token = 0; token < rows.size(); token++) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("id", rows.tokens().id(token));
      object.put("special", rows.tokens().isSpecial(token));
      object.put("start", rows.tokens().start(token));
      object.put("end", rows.tokens().end(token));
      object.put("embedding", numbers(rows.vector(token)));
      list.add(object);
    }
    return list;
  }

  private static Map<String, Object> weight(TokenWeight weight) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", weight.id());
    object.put("token", weight.token());
    object.put("weight", weight.weight());
    return object;
  }

  private List<String> objects(IntFunction<Map<String, Object>> of) {
    List<String> lines = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("text", texts.get(text));
      object.putAll(of.apply(text));
      lines.add(Json.write(object));
    }
    return lines;
  }

  /** Every text beside every other; nothing for one text. */
  private <V> List<String> similarities(List<V> vectors, ToDoubleBiFunction<V, V> cosine) {
    if (vectors.size() < 2) {
      return List.of();
    }
    Columns table = new Columns("");
    List<String> titles = new ArrayList<>(List.of(""));
    for (int text = 1; text <= texts.size(); text++) {
      titles.add(String.valueOf(text));
    }
    table.add(titles.toArray(String[]::new));
    for (int row = 0; row < vectors.size(); row++) {
      V vector = vectors.get(row);
      List<String> cells = new ArrayList<>(List.of(String.valueOf(row + 1)));
      vectors.forEach(other -> cells.add(decimal(cosine.applyAsDouble(vector, other))));
      table.add(cells.toArray(String[]::new));
    }
    List<String> lines = new ArrayList<>(List.of("", "cosine similarities"));
    lines.addAll(table.lines());
    return lines;
  }

  private static String beginning(float[] vector) {
    String shown =
        numbers(Arrays.copyOf(vector, Math.min(NUMBERS_SHOWN, vector.length))).stream()
            .map(VectorPrinter::decimal)
            .collect(Collectors.joining(" "));
    return vector.length > NUMBERS_SHOWN ? shown + " ..." : shown;
  }

  /** As wide with a minus as without. */
  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%7.4f", value);
  }

  private static List<Float> numbers(float[] vector) {
    List<Float> numbers = new ArrayList<>(vector.length);
    for (float value : vector) {
      numbers.add(value);
    }
    return numbers;
  }
}

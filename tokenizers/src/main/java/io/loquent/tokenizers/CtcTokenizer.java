package io.loquent.tokenizers;

import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a CTC model hears, from the {@code vocab.json} of a folder without {@code
 * tokenizer.json} (Hugging Face {@code Wav2Vec2CTCTokenizer}): tokens are letters, one of them the
 * space between words. Immutable and thread-safe.
 */
final class CtcTokenizer implements Tokenizer {

  static final String VOCABULARY = "vocab.json";
  private static final String DELIMITER = "|";

  private final Map<String, Integer> ids;
  private final @Nullable String[] spellings;
  private final String delimiter;
  private final boolean lowerCase;

  private CtcTokenizer(Map<String, Integer> ids, String delimiter, boolean lowerCase) {
    this.ids = ids;
    this.delimiter = delimiter;
    this.lowerCase = lowerCase;
    spellings = new String[ids.values().stream().mapToInt(id -> id + 1).max().orElse(0)];
    ids.forEach((spelling, id) -> spellings[id] = spelling);
  }

  /** Opens a folder's vocabulary, if {@code config.json} names an architecture for CTC. */
  static Optional<Tokenizer> open(Path folder) {
    Path file = folder.resolve(VOCABULARY);
    Path config = folder.resolve("config.json");
    if (!Files.exists(file) || !Files.exists(config) || !isCtc(JsonFile.read(config))) {
      return Optional.empty();
    }
    Map<String, Integer> ids = new HashMap<>();
    JsonFile.read(file)
        .members()
        .forEach((spelling, id) -> ids.put(spelling, id(file, spelling, id)));
    Path settings = folder.resolve("tokenizer_config.json");
    Map<String, @Nullable Object> members =
        Files.exists(settings) ? JsonFile.read(settings).members() : Map.of();
    Object delimiter = members.get("word_delimiter_token");
    return Optional.of(
        new CtcTokenizer(
            ids,
            delimiter instanceof String text ? text : DELIMITER,
            Boolean.TRUE.equals(members.get("do_lower_case"))));
  }

  private static boolean isCtc(JsonFile config) {
    return config.members().get("architectures") instanceof Iterable<?> names
        && String.valueOf(names.iterator().hasNext() ? names.iterator().next() : "")
            .endsWith("ForCTC");
  }

  private static int id(Path file, String spelling, @Nullable Object id) {
    if (id instanceof Number number && number.intValue() >= 0 && number.intValue() < 1 << 24) {
      return number.intValue();
    }
    throw new ModelLoadException(
        file + ": the entry \"" + spelling + "\" is " + id + "; expected a token id");
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    throw noText();
  }

  @Override
  public int[] encode(String first, String second, boolean addSpecialTokens) {
    throw noText();
  }

  @Override
  public TokenizedText tokenize(String first, Optional<String> second, boolean addSpecialTokens) {
    throw noText();
  }

  private static InvalidRequestException noText() {
    return new InvalidRequestException(
        "the model hears speech and has no tokenizer for text; give it Input.Features");
  }

  @Override
  public String decode(int[] tokens, boolean skipSpecialTokens) {
    IncrementalDetokenizer detokenizer = detokenizer(skipSpecialTokens);
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(detokenizer.append(token));
    }
    return text.append(detokenizer.flush()).toString();
  }

  private String text(int token, boolean skipSpecialTokens) {
    String spelling = token < spellings.length ? spellings[token] : null;
    if (spelling == null || (skipSpecialTokens && isSpecial(spelling))) {
      return "";
    }
    if (spelling.equals(delimiter)) {
      return " ";
    }
    return lowerCase ? spelling.toLowerCase(java.util.Locale.ROOT) : spelling;
  }

  private static boolean isSpecial(String spelling) {
    return spelling.length() > 2
        && ((spelling.startsWith("<") && spelling.endsWith(">"))
            || (spelling.startsWith("[") && spelling.endsWith("]")));
  }

  @Override
  public IncrementalDetokenizer detokenizer(boolean skipSpecialTokens) {
    return new IncrementalDetokenizer() {
      private boolean begun;
      private int spaces;

      /** A text begins and ends with no space, so spaces wait for what follows them. */
      @Override
      public String append(int id) {
        String text = text(id, skipSpecialTokens);
        if (text.isEmpty() || text.equals(" ")) {
          spaces += text.length();
          return "";
        }
        StringBuilder delta = new StringBuilder();
        for (; begun && spaces > 0; spaces--) {
          delta.append(' ');
        }
        spaces = 0;
        begun = true;
        return delta.append(text).toString();
      }

      @Override
      public String flush() {
        return "";
      }
    };
  }

  @Override
  public int vocabularySize() {
    return spellings.length;
  }

  @Override
  public OptionalInt tokenToId(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Optional<String> idToToken(int id) {
    return id < 0 || id >= spellings.length ? Optional.empty() : Optional.ofNullable(spellings[id]);
  }

  @Override
  public String toString() {
    return "CTC vocabulary of " + Arrays.stream(spellings).filter(s -> s != null).count();
  }

  @Override
  public void close() {
    // Nothing native is held.
  }
}

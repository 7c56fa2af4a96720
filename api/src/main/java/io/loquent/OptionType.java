package io.loquent;

import io.loquent.internal.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How an option's value is read from JSON, checked and written.
 *
 * @param expected what the value must be, in words, for error messages
 * @param read turns a JSON value into the option's value; null if it cannot
 * @param write turns the value into a JSON value
 * @param <T> the value's Java type
 */
record OptionType<T>(
    String expected, Function<Object, @Nullable T> read, Function<T, Object> write) {

  private static final Duration LONGEST_TIME = Duration.ofSeconds(1_000_000_000);

  static OptionType<Boolean> flag() {
    return new OptionType<>(
        "true or false", json -> json instanceof Boolean flag ? flag : null, flag -> flag);
  }

  static OptionType<Integer> integer(int least, int most) {
    String expected =
        most == Integer.MAX_VALUE
            ? "a whole number, at least " + least
            : "a whole number from " + least + " to " + most;
    return new OptionType<>(
        expected,
        json -> {
          Long number = wholeNumber(json);
          return number != null && number >= least && number <= most ? number.intValue() : null;
        },
        number -> number);
  }

  static OptionType<Long> longInteger() {
    return new OptionType<>("a whole number", OptionType::wholeNumber, number -> number);
  }

  /** A number of an interval in mathematical notation, such as {@code "(0, 1]"}. */
  static OptionType<Double> number(String interval) {
    return new OptionType<>(
        interval.contains("inf") ? "a finite number in " + interval : "a number in " + interval,
        json ->
            json instanceof Number number && within(interval, number.doubleValue())
                ? number.doubleValue()
                : null,
        number -> number);
  }

  static OptionType<String> path() {
    return file("the path of a model folder or configuration file");
  }

  /** One of an enumeration's constants; in JSON its name in lower case. */
  static <E extends Enum<E>> OptionType<E> choice(Class<E> constants) {
    List<String> names = new ArrayList<>();
    for (E constant : constants.getEnumConstants()) {
      names.add(lowerCase(constant));
    }
    return new OptionType<>(
        "one of " + String.join(", ", names),
        json -> {
          for (E constant : constants.getEnumConstants()) {
            if (constant.equals(json) || lowerCase(constant).equals(json)) {
              return constant;
            }
          }
          return null;
        },
        OptionType::lowerCase);
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The path of a file or folder that need not exist yet. */
  static OptionType<String> file(String expected) {
    return new OptionType<>(
        expected,
        json -> {
          String path = json instanceof String || json instanceof Path ? json.toString() : "";
          return path.isEmpty() ? null : path;
        },
        path -> path);
  }

  static OptionType<Duration> seconds() {
    return new OptionType<>(
        "a time in seconds, above 0 and at most 1e9",
        json -> {
          if (json instanceof Duration duration) {
            boolean positive = !duration.isNegative() && !duration.isZero();
            return positive && duration.compareTo(LONGEST_TIME) <= 0 ? duration : null;
          }
          return json instanceof Number number && within("(0, 1e9]", number.doubleValue())
              ? Duration.ofNanos(Math.max(1, Math.round(number.doubleValue() * 1e9)))
              : null;
        },
        duration -> duration.toNanos() / 1e9);
  }

  static OptionType<EarlyStopping> earlyStopping() {
    return new OptionType<>(
        "true, false or \"never\"",
        json -> {
          if (json instanceof EarlyStopping value) {
            return value;
          }
          if (json instanceof Boolean flag) {
            return flag ? EarlyStopping.TRUE : EarlyStopping.FALSE;
          }
          return "never".equals(json) ? EarlyStopping.NEVER : null;
        },
        value -> value == EarlyStopping.NEVER ? "never" : value == EarlyStopping.TRUE);
  }

  /** A list of token ids; one id alone is a list of one. */
  static OptionType<List<Integer>> tokenIds(boolean emptyAllowed) {
    return new OptionType<>(
        "a token id or a list of token ids",
        json -> {
          Long single = wholeNumber(json);
          List<Integer> ids = single == null ? ids(json) : ids(List.of(single));
          return ids == null || (ids.isEmpty() && !emptyAllowed) ? null : ids;
        },
        ids -> ids);
  }

  /** A list of token sequences, each with at least one token. */
  static OptionType<List<List<Integer>>> sequences() {
    return new OptionType<>(
        "a list of non-empty lists of token ids",
        json -> list(json, OptionType::nonEmptyIds),
        sequences -> sequences);
  }

  /** Phrases that must appear; where a phrase is a list of phrases, one of them must. */
  static OptionType<List<List<List<Integer>>>> forcedWords() {
    return new OptionType<>(
        "a list of phrases (lists of token ids) or of lists of alternative phrases",
        json -> nonEmpty(list(json, OptionType::alternatives)),
        words -> words);
  }

  static OptionType<List<SequenceBias>> sequenceBias() {
    return new OptionType<>(
        "a list of [[token ids], bias] pairs, each bias finite or -Infinity",
        json -> list(json, OptionType::bias),
        biases -> {
          List<Object> pairs = new ArrayList<>();
          biases.forEach(bias -> pairs.add(List.of(bias.tokens(), bias.bias())));
          return pairs;
        });
  }

  static OptionType<ExponentialDecay> exponentialDecay() {
    return new OptionType<>(
        "[start index (at least 0), factor (above 0)]",
        json -> {
          if (json instanceof ExponentialDecay value) {
            return value;
          }
          if (!(json instanceof List<?> pair) || pair.size() != 2) {
            return null;
          }
          Long start = wholeNumber(pair.get(0));
          return start != null
                  && start >= 0
                  && start <= Integer.MAX_VALUE
                  && pair.get(1) instanceof Number factor
                  && within("(0, inf)", factor.doubleValue())
              ? new ExponentialDecay(start.intValue(), factor.doubleValue())
              : null;
        },
        value -> List.of(value.startIndex(), value.factor()));
  }

  static OptionType<OutputConstraint> constraint() {
    return new OptionType<>(
        ConstraintMap.EXPECTED,
        json -> {
          if (json instanceof OutputConstraint value) {
            return value;
          }
          return json instanceof Map<?, ?> map ? ConstraintMap.readOrNull(map) : null;
        },
        OutputConstraint::toMap);
  }

  /** Non-empty strings; one string alone is a list of one. */
  static OptionType<List<String>> strings() {
    return new OptionType<>(
        "a non-empty string or a list of them",
        json -> {
          Object elements = json instanceof String ? List.of(json) : json;
          return list(elements, element -> element instanceof String s && !s.isEmpty() ? s : null);
        },
        strings -> strings);
  }

  T parse(String name, Object json) {
    T value = read.apply(json);
    if (value == null) {
      throw new InvalidRequestException(
          name + " must be " + expected + "; found " + describe(json));
    }
    return value;
  }

  private static String describe(Object json) {
    try {
      // JSON has no NaN and no infinities.
      String text = json instanceof Number ? json.toString() : Json.write(json);
      return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    } catch (IllegalArgumentException e) {
      return json.toString();
    }
  }

  private static @Nullable Long wholeNumber(@Nullable Object json) {
    if (json instanceof Long
        || json instanceof Integer
        || json instanceof Short
        || json instanceof Byte) {
      return ((Number) json).longValue();
    }
    if (json instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return number.longValue();
    }
    return null;
  }

  private static boolean within(String interval, double value) {
    int comma = interval.indexOf(',');
    double low = bound(interval.substring(1, comma));
    double high = bound(interval.substring(comma + 1, interval.length() - 1));
    boolean above = interval.charAt(0) == '[' ? value >= low : value > low;
    boolean below = interval.charAt(interval.length() - 1) == ']' ? value <= high : value < high;
    return above && below;
  }

  private static double bound(String text) {
    return switch (text.trim().toLowerCase(Locale.ROOT)) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text.trim());
    };
  }

  private static @Nullable List<Integer> ids(@Nullable Object json) {
    return list(
        json,
        element -> {
          Long id = wholeNumber(element);
          return id != null && id >= 0 && id <= Integer.MAX_VALUE ? id.intValue() : null;
        });
  }

  private static @Nullable List<Integer> nonEmptyIds(@Nullable Object json) {
    return nonEmpty(ids(json));
  }

  private static @Nullable List<List<Integer>> alternatives(@Nullable Object json) {
    List<Integer> phrase = nonEmptyIds(json);
    return phrase != null ? List.of(phrase) : nonEmpty(list(json, OptionType::nonEmptyIds));
  }

  private static @Nullable SequenceBias bias(@Nullable Object json) {
    if (json instanceof SequenceBias value) {
      return value;
    }
    if (!(json instanceof List<?> pair) || pair.size() != 2) {
      return null;
    }
    List<Integer> tokens = nonEmptyIds(pair.get(0));
    return tokens != null
            && pair.get(1) instanceof Number number
            && within("[-inf, inf)", number.doubleValue())
        ? new SequenceBias(tokens, number.doubleValue())
        : null;
  }

  private static <E> @Nullable List<E> nonEmpty(@Nullable List<E> list) {
    return list == null || list.isEmpty() ? null : list;
  }

  private static <E> @Nullable List<E> list(
      @Nullable Object json, Function<@Nullable Object, @Nullable E> read) {
    if (!(json instanceof List<?> elements)) {
      return null;
    }
    List<E> result = new ArrayList<>();
    for (Object element : elements) {
      E value = read.apply(element);
      if (value == null) {
        return null;
      }
      result.add(value);
    }
    return List.copyOf(result);
  }

  /** Names to options, in declaration order. */
  static Map<String, Option<?>> index(List<Option<?>> options) {
    Map<String, Option<?>> byName = new LinkedHashMap<>();
    options.forEach(option -> byName.put(option.name(), option));
    return Collections.unmodifiableMap(byName);
  }
}

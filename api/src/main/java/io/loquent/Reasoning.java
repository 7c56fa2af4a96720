package io.loquent;

import java.util.Objects;
import java.util.Optional;

/**
 * What a model thought aloud before it answered, and the answer. Immutable.
 *
 * @param text what stands between the tags, without space around it
 * @param answer what is left of the text, without space before it; empty if the text ended while
 *     the model was thinking
 */
public record Reasoning(String text, String answer) {

  /**
   * Checks for null.
   *
   * @param text what stands between the tags
   * @param answer what is left of the text
   */
  public Reasoning {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(answer, "answer");
  }

  /**
   * Takes reasoning and answer apart. A text that has only the end tag began inside the reasoning,
   * because its prompt ended with the start tag; one that has only the start tag ended inside.
   *
   * @param generated a generated text
   * @param startTag what reasoning begins with, such as {@code <think>}
   * @param endTag what it ends with
   * @return both parts; empty if neither tag is there
   */
  public static Optional<Reasoning> split(String generated, String startTag, String endTag) {
    int end = generated.indexOf(endTag);
    int start = generated.indexOf(startTag);
    if (end >= 0 && (start < 0 || start > end)) {
      start = -1;
    } else if (start < 0) {
      return Optional.empty();
    } else {
      end = generated.indexOf(endTag, start);
    }
    String before = start < 0 ? "" : generated.substring(0, start);
    int from = start < 0 ? 0 : start + startTag.length();
    String text = generated.substring(from, end < 0 ? generated.length() : end);
    String after = end < 0 ? "" : generated.substring(end + endTag.length());
    return Optional.of(new Reasoning(text.trim(), withoutSpaceBefore(before + after)));
  }

  private static String withoutSpaceBefore(String text) {
    int start = 0;
    while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }
}

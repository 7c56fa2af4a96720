package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.Reasoning;
import java.util.List;
import java.util.Optional;

/**
 * Between what a request's model thinks aloud.
 *
 * @param tags the start tag and the end tag; empty if the text is not looked through
 */
record ReasoningTags(List<String> tags) {

  private static final List<String> USUAL = List.of("<think>", "</think>");

  static ReasoningTags of(GenerationRequest request, GenerationOptions options) {
    List<String> usual = request.input() instanceof Input.Chat ? USUAL : List.of();
    List<String> tags = options.get(Option.REASONING_TAGS).orElse(usual);
    if (!tags.isEmpty() && (tags.size() != 2 || tags.contains(""))) {
      throw new InvalidRequestException(
          Option.REASONING_TAGS.name()
              + " must be two strings, what reasoning begins with and what it ends with, or none;"
              + " found "
              + tags);
    }
    return new ReasoningTags(tags);
  }

  Optional<Reasoning> split(String text) {
    return tags.isEmpty() ? Optional.empty() : Reasoning.split(text, tags.get(0), tags.get(1));
  }
}

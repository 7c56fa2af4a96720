package io.loquent.tokenizers;

import io.loquent.ModelLoadException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a post-processor whose template names a special token that it does not define. The native
 * library accepts such a file and ends the process at the first text.
 */
final class TemplateCheck {

  private final Path path;

  private TemplateCheck(Path path) {
    this.path = path;
  }

  static void check(Path path, @Nullable Object postProcessor) {
    new TemplateCheck(path).check(JsonMembers.object(postProcessor));
  }

  private void check(@Nullable Map<String, @Nullable Object> postProcessor) {
    if (postProcessor == null) {
      return;
    }
    for (Object part : JsonMembers.list(postProcessor.get("processors"))) {
      check(JsonMembers.object(part));
    }
    if ("TemplateProcessing".equals(postProcessor.get("type"))) {
      Map<String, @Nullable Object> defined =
          JsonMembers.object(postProcessor.get("special_tokens"));
      for (String template : new String[] {"single", "pair"}) {
        for (Object piece : JsonMembers.list(postProcessor.get(template))) {
          check(JsonMembers.object(piece), template, defined == null ? Map.of() : defined);
        }
      }
    }
  }

  private void check(
      @Nullable Map<String, @Nullable Object> piece,
      String template,
      Map<String, @Nullable Object> defined) {
    Map<String, @Nullable Object> special =
        piece == null ? null : JsonMembers.object(piece.get("SpecialToken"));
    String id = special == null ? null : JsonMembers.string(special, "id");
    if (id != null && !defined.containsKey(id)) {
      throw new ModelLoadException(
          path
              + ": post_processor."
              + template
              + " uses the special token "
              + id
              + ", but special_tokens defines only "
              + defined.keySet()
              + "; add it there, or save the tokenizer again with save_pretrained()");
    }
  }
}

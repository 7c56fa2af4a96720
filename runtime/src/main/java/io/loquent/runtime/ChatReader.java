package io.loquent.runtime;

import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.tokenizers.chat.ChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns conversations into text by the chat template of a folder. A template that cannot be used is
 * no reason not to open the model, which may be given texts. Thread-safe.
 */
final class ChatReader {

  private final @Nullable ChatTemplate template;
  private final String whyNone;

  private ChatReader(@Nullable ChatTemplate template, String whyNone) {
    this.template = template;
    this.whyNone = whyNone;
  }

  /** For models of which no folder with a template is known. */
  static ChatReader none() {
    return new ChatReader(null, "there is no folder with a chat template");
  }

  static ChatReader open(Path folder, List<String> findings) {
    try {
      Optional<ChatTemplate> template = ChatTemplate.load(folder);
      template.ifPresent(
          found -> findings.add("chat templates: " + String.join(", ", found.names())));
      return new ChatReader(
          template.orElse(null),
          folder
              + " has no chat template; give the prompt as text, or put the model's"
              + " chat_template.jinja or tokenizer_config.json there");
    } catch (ModelLoadException e) {
      findings.add("chat template: cannot be used: " + e.getMessage());
      return new ChatReader(null, String.valueOf(e.getMessage()));
    }
  }

  /** The prompt of a conversation, special tokens included. */
  String text(Input.Chat chat) {
    if (template == null) {
      throw new InvalidRequestException("a chat cannot be read: " + whyNone);
    }
    return template.render(chat);
  }
}

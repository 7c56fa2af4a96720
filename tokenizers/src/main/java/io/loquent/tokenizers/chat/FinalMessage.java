package io.loquent.tokenizers.chat;

import io.loquent.InvalidRequestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last message of a conversation that the model shall go on with. A mark is put behind its text
 * before it is rendered, and the prompt ends where the mark then stands.
 */
final class FinalMessage {

  // With a space, which tells whether the template trims what it is given.
  private static final String MARK = "CONTINUE_FINAL_MESSAGE_TAG ";
  private static final String BARE_MARK = MARK.trim();

  private final String text;

  private FinalMessage(String text) {
    this.text = text;
  }

  /** Puts the mark into a copy of the last message. */
  static FinalMessage mark(List<@Nullable Object> messages) {
    int last = messages.size() - 1;
    if (!(messages.get(last) instanceof Map<?, ?> message)) {
      throw new IllegalArgumentException("a message is a mapping");
    }
    Map<Object, @Nullable Object> marked = new LinkedHashMap<>(Values.map(message));
    Object content = marked.get("content");
    messages.set(last, marked);
    if (content instanceof String words) {
      marked.put("content", words + MARK);
      return new FinalMessage(words);
    }
    if (content instanceof List<?> parts) {
      List<@Nullable Object> copies = new ArrayList<>(parts);
      marked.put("content", copies);
      for (int i = copies.size() - 1; i >= 0; i--) {
        if (copies.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String words) {
          Map<Object, @Nullable Object> copy = new LinkedHashMap<>(Values.map(part));
          copy.put("text", words + MARK);
          copies.set(i, copy);
          return new FinalMessage(words);
        }
      }
    }
    throw new InvalidRequestException(
        "continueFinalMessage needs a last message with text; give it content, or let the model"
            + " begin a new message");
  }

  /** The prompt up to the end of the message's text. */
  String cut(String rendered, String template) {
    int mark = rendered.lastIndexOf(BARE_MARK);
    if (mark < 0 || !rendered.contains(PythonText.strip(text))) {
      throw new InvalidRequestException(
          template
              + ": the chat template leaves out or changes the text of the last message, so that it"
              + " cannot be continued (continueFinalMessage)");
    }
    String kept = rendered.substring(0, mark);
    return rendered.startsWith(MARK, mark) ? kept : PythonText.stripEnd(kept);
  }
}

package io.loquent.tokenizers.chat;

import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The chat templates of a model folder. They give the text that Hugging Face's {@code
 * apply_chat_template} gives for the same conversation, to be tokenized without adding special
 * tokens.
 *
 * <p>They come from {@code chat_template.jinja} and the folder {@code additional_chat_templates},
 * otherwise from {@code tokenizer_config.json} (one template, or several with names), otherwise
 * from {@code chat_template.json}. A template sees {@code messages}, {@code tools}, {@code
 * documents}, {@code add_generation_prompt}, the special tokens of the folder ({@code bos_token},
 * {@code eos_token} and so on) and the variables of the request.
 *
 * <p>Templates are not trusted: they reach nothing but these values, and a template that takes more
 * than about a second, five million characters or five hundred levels of nesting ends in an error.
 * Immutable and thread-safe.
 */
public final class ChatTemplate {

  private static final String DEFAULT = "default";
  private static final String TOOL_USE = "tool_use";

  private final Map<String, Named> templates;
  private final Map<String, @Nullable Object> specialTokens;
  private final Path folder;
  private final Clock clock;

  private ChatTemplate(
      Path folder,
      Map<String, Named> templates,
      Map<String, @Nullable Object> specialTokens,
      Clock clock) {
    this.folder = folder;
    this.templates = templates;
    this.specialTokens = specialTokens;
    this.clock = clock;
  }

  /**
   * A parsed template.
   *
   * @param source where it came from, for errors
   * @param template what is rendered
   */
  private record Named(String source, CompiledTemplate template) {}

  /**
   * Reads and parses the templates of a folder.
   *
   * @param folder a model folder
   * @return the templates; empty if the folder has none
   * @throws ModelLoadException if a file cannot be read, or a template cannot be parsed: the
   *     message names the file, the template and the line
   */
  public static Optional<ChatTemplate> load(Path folder) {
    return load(folder, Clock.system(ZoneId.systemDefault()));
  }

  static Optional<ChatTemplate> load(Path folder, Clock clock) {
    TemplateFiles files = TemplateFiles.read(folder);
    if (files.templates().isEmpty()) {
      return Optional.empty();
    }
    Map<String, Named> templates = new TreeMap<>();
    files
        .templates()
        .forEach((name, source) -> templates.put(name, parse(source.where(), source.text())));
    return Optional.of(new ChatTemplate(folder, templates, files.specialTokens(), clock));
  }

  private static Named parse(String where, String text) {
    try {
      return new Named(where, CompiledTemplate.of(text));
    } catch (TemplateError e) {
      throw new ModelLoadException(
          where
              + (e.line() > 0 ? ", line " + e.line() : "")
              + ": the chat template cannot be used: "
              + e.text());
    }
  }

  /**
   * Returns the names of the templates: {@code default} for the one without a name.
   *
   * @return names in alphabetical order
   */
  public List<String> names() {
    return List.copyOf(templates.keySet());
  }

  /**
   * Writes a conversation as the model was trained on it.
   *
   * @param chat the conversation
   * @return the prompt, special tokens included
   * @throws InvalidRequestException if there is no template of the name that the conversation
   *     gives, or the template refuses the conversation or cannot render it: the message names the
   *     template and the line
   */
  public String render(Input.Chat chat) {
    Named chosen = choose(chat);
    List<@Nullable Object> messages = new ArrayList<>();
    chat.messages().forEach(message -> messages.add(message.toJson()));
    if (!chat.continueFinalMessage()) {
      return render(chosen, chat, messages);
    }
    FinalMessage last = FinalMessage.mark(messages);
    return last.cut(render(chosen, chat, messages), chosen.source());
  }

  private Named choose(Input.Chat chat) {
    String name =
        chat.template()
            .orElse(
                !chat.tools().isEmpty() && templates.containsKey(TOOL_USE) ? TOOL_USE : DEFAULT);
    Named chosen = templates.get(name);
    if (chosen == null) {
      throw new InvalidRequestException(
          folder
              + " has no chat template named "
              + name
              + (chat.template().isPresent() ? "" : ", and the chat names no other")
              + "; it has "
              + names());
    }
    return chosen;
  }

  private String render(Named chosen, Input.Chat chat, List<@Nullable Object> messages) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>(specialTokens);
    variables.putAll(chat.variables());
    variables.put("messages", messages);
    variables.put("tools", tools(chat));
    variables.put("documents", chat.documents().isEmpty() ? null : chat.documents());
    variables.put("add_generation_prompt", chat.addGenerationPrompt());
    try {
      return chosen.template().render(variables, clock);
    } catch (TemplateError e) {
      throw new InvalidRequestException(
          chosen.source()
              + ", line "
              + e.line()
              + ": the chat template cannot render this chat: "
              + e.text());
    }
  }

  private static @Nullable Object tools(Input.Chat chat) {
    if (chat.tools().isEmpty()) {
      return null;
    }
    List<@Nullable Object> tools = new ArrayList<>();
    chat.tools().forEach(tool -> tools.add(tool.json()));
    return tools;
  }
}

package io.loquent.chat;

import io.loquent.Cancellation;
import io.loquent.Candidate;
import io.loquent.GenerationListener;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a model, turn by turn, over one {@link Session}: each turn runs only what is
 * new.
 *
 * <pre>{@code
 * try (Conversation conversation =
 *     Conversation.builder(generator).system("You are brief.").build()) {
 *   System.out.println(conversation.say("What is a sonnet?").text());
 *   System.out.println(conversation.say("And a villanelle?").text());
 * }
 * }</pre>
 *
 * <p>Answers become messages: reasoning and tool calls in their own parts. With tools, the text of
 * a result keeps the marks of calls ({@link ToolCallParser#marks()}) and no other special tokens,
 * unless {@code skip_special_tokens} says otherwise; set to true, calls that are marked with
 * special tokens are not found. A turn that fails leaves the conversation as it was; one that is
 * cancelled or out of time leaves what was said so far. Not thread-safe: one turn after the other,
 * though a turn may be cancelled from any thread.
 */
public final class Conversation implements AutoCloseable {

  private final Session session;
  private final List<ChatMessage> messages;
  private final List<Tool> tools;
  private final Map<String, @Nullable Object> variables;
  private final GenerationOptions options;

  private Conversation(
      Session session,
      List<ChatMessage> messages,
      List<Tool> tools,
      Map<String, @Nullable Object> variables,
      GenerationOptions options) {
    this.session = session;
    this.messages = new ArrayList<>(messages);
    this.tools = List.copyOf(tools);
    this.variables = variables;
    this.options = options;
  }

  /**
   * Starts a conversation.
   *
   * @param generator a decoder with a chat template; stays open when the conversation is closed
   * @return a builder
   */
  public static Builder builder(Generator generator) {
    return new Builder(generator);
  }

  /**
   * Returns what was said.
   *
   * @return all messages, oldest first, the system prompt included; a copy
   */
  public List<ChatMessage> messages() {
    return List.copyOf(messages);
  }

  /**
   * Says something, and waits for the answer.
   *
   * @param text what the user says
   * @return the result; its {@link Candidate#answer() answer} is now the last message
   * @throws io.loquent.ContextLengthException if the conversation has become too long; see {@link
   *     io.loquent.Option#CONTEXT_OVERFLOW}
   */
  public GenerationResult say(String text) {
    return say(ChatMessage.user(text));
  }

  /**
   * Says something, and waits for the answer.
   *
   * @param message what the user says, or the result of a tool
   * @return the result
   */
  public GenerationResult say(ChatMessage message) {
    return say(List.of(message), Cancellation.create(), token -> {});
  }

  /**
   * Says something, and hands each token of the answer to the listener as soon as it is known.
   *
   * @param said what the user says, or the results of tools
   * @param cancellation ends the turn early
   * @param listener receives the tokens
   * @return the result
   */
  public GenerationResult say(
      List<ChatMessage> said, Cancellation cancellation, GenerationListener listener) {
    List<ChatMessage> asked = new ArrayList<>(messages);
    asked.addAll(said);
    GenerationRequest request =
        GenerationRequest.of(input(asked)).options(options).cancellation(cancellation).build();
    GenerationResult result = session.generate(request, listener);
    messages.clear();
    messages.addAll(asked);
    messages.add(answer(result.candidates().get(0)));
    return result;
  }

  /**
   * Asks for another answer to what was said last.
   *
   * @param cancellation ends the turn early
   * @param listener receives the tokens
   * @return the result
   * @throws InvalidRequestException if nothing was answered yet
   */
  public GenerationResult regenerate(Cancellation cancellation, GenerationListener listener) {
    int last = messages.size() - 1;
    if (last < 1 || !messages.get(last).role().equals("assistant")) {
      throw new InvalidRequestException(
          "there is no answer to be given anew; the conversation has "
              + messages.size()
              + " messages");
    }
    ChatMessage former = messages.remove(last);
    try {
      return say(List.of(), cancellation, listener);
    } catch (RuntimeException | Error e) {
      messages.add(former);
      throw e;
    }
  }

  /**
   * Forgets the newest messages.
   *
   * @param count how many stay, from the oldest on
   * @throws InvalidRequestException if there are fewer
   */
  public void rewind(int count) {
    if (count < 0 || count > messages.size()) {
      throw new InvalidRequestException(
          "cannot go back to " + count + " messages; there are " + messages.size());
    }
    messages.subList(count, messages.size()).clear();
  }

  /**
   * Says something else instead of an earlier message, and forgets what came after it.
   *
   * @param index of the message, from 0
   * @param text what the user says now
   * @return the result
   * @throws InvalidRequestException if there is no such message
   */
  public GenerationResult edit(int index, String text) {
    if (index < 0 || index >= messages.size()) {
      throw new InvalidRequestException(
          "there is no message " + index + "; there are " + messages.size());
    }
    List<ChatMessage> before = List.copyOf(messages);
    rewind(index);
    try {
      return say(text);
    } catch (RuntimeException | Error e) {
      messages.clear();
      messages.addAll(before);
      throw e;
    }
  }

  /**
   * Starts another conversation that begins like this one.
   *
   * @return a conversation, to be closed
   */
  public Conversation fork() {
    return new Conversation(session.fork(), messages, tools, variables, options);
  }

  /**
   * Returns the session that the conversation runs in.
   *
   * @return the session, for its {@link Session#drop()} and figures
   */
  public Session session() {
    return session;
  }

  private Input.Chat input(List<ChatMessage> asked) {
    return new Input.Chat(asked, tools, List.of(), Optional.empty(), true, false, variables);
  }

  private static ChatMessage answer(Candidate candidate) {
    ToolCalls calls = ToolCallParser.parse(candidate.answer());
    ChatMessage.Builder message = ChatMessage.builder("assistant").toolCalls(calls.calls());
    candidate.reasoning().ifPresent(reasoning -> message.reasoningContent(reasoning.text()));
    if (calls.calls().isEmpty()) {
      return message.content(candidate.answer()).build();
    }
    return calls.content().isEmpty() ? message.build() : message.content(calls.content()).build();
  }

  @Override
  public void close() {
    session.close();
  }

  /** Collects how a conversation starts. Confined to one thread. */
  public static final class Builder {

    private final Generator generator;
    private final List<ChatMessage> messages = new ArrayList<>();
    private List<Tool> tools = List.of();
    private final Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    private final GenerationOptions.Builder options = GenerationOptions.builder();
    private GenerationOptions base = GenerationOptions.none();

    private Builder(Generator generator) {
      this.generator = Objects.requireNonNull(generator, "generator");
    }

    /**
     * Adds a system prompt.
     *
     * @param text what the model is to be
     * @return this builder
     */
    public Builder system(String text) {
      return messages(List.of(ChatMessage.system(text)));
    }

    /**
     * Adds messages, from an earlier conversation for instance.
     *
     * @param earlier messages, oldest first
     * @return this builder
     */
    public Builder messages(List<ChatMessage> earlier) {
      messages.addAll(earlier);
      return this;
    }

    /**
     * Sets the tools that the model may call.
     *
     * @param available their descriptions
     * @return this builder
     */
    public Builder tools(List<Tool> available) {
      tools = List.copyOf(available);
      return this;
    }

    /**
     * Sets a variable of the chat template, such as {@code enable_thinking}.
     *
     * @param name as the template calls it
     * @param value a JSON value
     * @return this builder
     */
    public Builder variable(String name, @Nullable Object value) {
      variables.put(name, value);
      return this;
    }

    /**
     * Sets the options of every turn, below those that were set before.
     *
     * @param defaults the options
     * @return this builder
     */
    public Builder options(GenerationOptions defaults) {
      base = base.orElse(defaults);
      return this;
    }

    /**
     * Changes the options of every turn.
     *
     * @param edit changes the builder that it is given
     * @return this builder
     */
    public Builder options(Consumer<GenerationOptions.Builder> edit) {
      edit.accept(options);
      return this;
    }

    /**
     * Opens the conversation.
     *
     * @return a conversation, to be closed
     * @throws InvalidRequestException if the model is no decoder
     */
    public Conversation build() {
      return new Conversation(
          generator.session(), messages, tools, variables, options.build().orElse(base));
    }
  }
}

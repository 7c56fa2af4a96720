package io.loquent;

import io.loquent.chat.ChatMessage;
import io.loquent.chat.Tool;
import io.loquent.internal.json.JsonCopy;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a model reads. Immutable. */
public sealed interface Input
    permits Input.Text, Input.TextPair, Input.Chat, Input.Tokens, Input.Features {

  /**
   * Creates a text input.
   *
   * @param text the text
   * @return the input
   */
  static Input text(String text) {
    return new Text(text);
  }

  /**
   * Creates a conversation, which the model folder's chat template turns into a prompt for the
   * assistant's next message. {@link Chat#builder} also takes tools and more.
   *
   * @param messages the messages, oldest first
   * @return the input
   * @throws InvalidRequestException if there is no message
   */
  static Chat chat(ChatMessage... messages) {
    return Chat.builder(Arrays.asList(messages)).build();
  }

  /**
   * Creates an input of token ids, used as they are: no special token is added.
   *
   * @param ids vocabulary ids, without padding
   * @return the input
   */
  static Input tokens(int... ids) {
    return new Tokens(ids);
  }

  /**
   * A text. The model's tokenizer adds its special tokens.
   *
   * @param text the text
   */
  record Text(String text) implements Input {
    /**
     * Checks for null.
     *
     * @param text the text
     */
    public Text {
      Objects.requireNonNull(text, "text");
    }
  }

  /**
   * Two texts that the tokenizer joins in the model's way.
   *
   * @param first the first text
   * @param second the second text
   */
  record TextPair(String first, String second) implements Input {
    /**
     * Checks for null.
     *
     * @param first the first text
     * @param second the second text
     */
    public TextPair {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(second, "second");
    }
  }

  /**
   * A conversation, written as the model was trained on it by the model folder's chat template. No
   * special token is added beside those of the template.
   *
   * @param messages the messages, oldest first
   * @param tools the tools that the model may call; none where empty
   * @param documents texts to answer from, each usually with {@code title} and {@code text}, as
   *     JSON values; none where empty
   * @param template the name of the template; empty for {@code tool_use} where there are tools and
   *     the folder has one of that name, otherwise {@code default}
   * @param addGenerationPrompt whether the prompt ends with what begins the assistant's message
   * @param continueFinalMessage whether the prompt ends within the last message, so that the model
   *     goes on with it
   * @param variables further variables of the template, such as {@code enable_thinking}, as JSON
   *     values
   */
  record Chat(
      List<ChatMessage> messages,
      List<Tool> tools,
      List<Map<String, @Nullable Object>> documents,
      Optional<String> template,
      boolean addGenerationPrompt,
      boolean continueFinalMessage,
      Map<String, @Nullable Object> variables)
      implements Input {

    /**
     * Copies the collections and checks that they make sense together.
     *
     * @param messages the messages, oldest first
     * @param tools the tools that the model may call
     * @param documents texts to answer from
     * @param template the name of the template
     * @param addGenerationPrompt whether the prompt ends with what begins the assistant's message
     * @param continueFinalMessage whether the prompt ends within the last message
     * @param variables further variables of the template
     * @throws InvalidRequestException if there is no message, if both flags are set, or if a
     *     document or variable is no JSON value
     */
    public Chat {
      messages = List.copyOf(messages);
      tools = List.copyOf(tools);
      documents = JsonCopy.ofObjects("documents", documents);
      Objects.requireNonNull(template, "template");
      variables = JsonCopy.of("variables", variables);
      for (String name : List.of("messages", "tools", "documents", "add_generation_prompt")) {
        if (variables.containsKey(name)) {
          throw new InvalidRequestException(
              "the template variable \""
                  + name
                  + "\" is set by the chat itself; use the builder's own setter instead of"
                  + " variable()");
        }
      }
      if (messages.isEmpty()) {
        throw new InvalidRequestException("a chat has no message; give at least one");
      }
      if (addGenerationPrompt && continueFinalMessage) {
        throw new InvalidRequestException(
            "a chat cannot both begin a new message (addGenerationPrompt) and continue the last one"
                + " (continueFinalMessage); choose one");
      }
    }

    /**
     * Starts a conversation.
     *
     * @param messages the messages, oldest first
     * @return a builder
     */
    public static Builder builder(List<ChatMessage> messages) {
      return new Builder(messages);
    }

    /** Builds a conversation. Not thread-safe. */
    public static final class Builder {
      private final List<ChatMessage> messages;
      private List<Tool> tools = List.of();
      private List<Map<String, @Nullable Object>> documents = List.of();
      private @Nullable String template;
      private boolean addGenerationPrompt = true;
      private boolean continueFinalMessage;
      private final Map<String, @Nullable Object> variables = new LinkedHashMap<>();

      private Builder(List<ChatMessage> messages) {
        this.messages = List.copyOf(messages);
      }

      /**
       * Sets the tools that the model may call.
       *
       * @param tools their descriptions
       * @return this builder
       */
      public Builder tools(List<Tool> tools) {
        this.tools = List.copyOf(tools);
        return this;
      }

      /**
       * Sets texts to answer from.
       *
       * @param documents JSON objects, each usually with {@code title} and {@code text}
       * @return this builder
       */
      public Builder documents(List<Map<String, @Nullable Object>> documents) {
        this.documents = List.copyOf(documents);
        return this;
      }

      /**
       * Chooses one of several templates.
       *
       * @param template its name
       * @return this builder
       */
      public Builder template(String template) {
        this.template = Objects.requireNonNull(template, "template");
        return this;
      }

      /**
       * Sets whether the prompt ends with what begins the assistant's message.
       *
       * @param addGenerationPrompt true, unless it is set
       * @return this builder
       */
      public Builder addGenerationPrompt(boolean addGenerationPrompt) {
        this.addGenerationPrompt = addGenerationPrompt;
        return this;
      }

      /**
       * Lets the model go on with the last message instead of beginning a new one.
       *
       * @return this builder
       */
      public Builder continueFinalMessage() {
        continueFinalMessage = true;
        addGenerationPrompt = false;
        return this;
      }

      /**
       * Sets a further variable of the template.
       *
       * @param name its name, such as {@code enable_thinking}
       * @param value a JSON value
       * @return this builder
       */
      public Builder variable(String name, @Nullable Object value) {
        variables.put(Objects.requireNonNull(name, "name"), value);
        return this;
      }

      /**
       * Builds the conversation.
       *
       * @return an immutable input
       * @throws InvalidRequestException if it makes no sense, see the constructor
       */
      public Chat build() {
        return new Chat(
            messages,
            tools,
            documents,
            Optional.ofNullable(template),
            addGenerationPrompt,
            continueFinalMessage,
            variables);
      }
    }
  }

  /**
   * Token ids, used as they are.
   *
   * @param ids vocabulary ids, without padding
   */
  record Tokens(List<Integer> ids) implements Input {
    /**
     * Copies the list.
     *
     * @param ids vocabulary ids, without padding
     */
    public Tokens {
      ids = List.copyOf(ids);
    }

    /**
     * Copies an array of ids.
     *
     * @param ids vocabulary ids, without padding
     */
    public Tokens(int... ids) {
      this(java.util.Arrays.stream(ids).boxed().collect(java.util.stream.Collectors.toList()));
    }

    /**
     * Returns the ids.
     *
     * @return a new array
     */
    public int[] toArray() {
      return ids.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /**
   * Numbers for an encoder that reads audio or image features.
   *
   * @param name the graph input that they are for, such as {@code input_features}
   * @param shape the shape of one row, without the batch dimension
   * @param values row-major values from position to limit, as many as the shape has; not copied, so
   *     they must not change until the request has ended
   */
  record Features(String name, List<Integer> shape, FloatBuffer values) implements Input {
    /**
     * Checks that the number of values fits the shape, and keeps a view of the values, so that the
     * caller may move the buffer's position and limit.
     *
     * @param name the graph input that they are for, such as {@code input_features}
     * @param shape the shape of one row, without the batch dimension
     * @param values row-major values from position to limit, as many as the shape has
     * @throws InvalidRequestException if a dimension is below 1, or there are more or fewer values
     */
    public Features {
      Objects.requireNonNull(name, "name");
      shape = List.copyOf(shape);
      values = values.duplicate();
      long expected = 1;
      for (int dimension : shape) {
        if (dimension < 1) {
          throw new InvalidRequestException(name + ": shape " + shape + " has a dimension below 1");
        }
        // Beyond a buffer's reach the exact number is of no interest, and must not overflow.
        expected = Math.min(expected * dimension, 1L + Integer.MAX_VALUE);
      }
      if (values.remaining() != expected) {
        throw new InvalidRequestException(
            name
                + ": shape "
                + shape
                + " needs "
                + (expected > Integer.MAX_VALUE ? "more than " + Integer.MAX_VALUE : expected)
                + " values, found "
                + values.remaining());
      }
    }

    /**
     * Returns the values.
     *
     * @return a new view of them, with its own position and limit
     */
    @Override
    public FloatBuffer values() {
      return values.duplicate();
    }
  }
}

package io.loquent;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;

/** What a model reads. Immutable. */
public sealed interface Input permits Input.Text, Input.TextPair, Input.Tokens, Input.Features {

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

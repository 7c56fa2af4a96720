package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How texts are classified by entailment. Immutable and thread-safe.
 *
 * <p>Each label makes a hypothesis, and the text is its premise. A text that is too long is cut or
 * read in windows ({@link EncoderOptions#truncation()}), a hypothesis never; windows share no
 * tokens unless {@link #stride()} says so, and their logits are averaged.
 */
public final class ZeroShotOptions extends EncoderOptions {

  /** What stands for the label in a template. */
  private static final String PLACE = "{}";

  private final String hypothesisTemplate;
  private final boolean multiLabel;
  private final @Nullable String entailmentLabel;

  private ZeroShotOptions(Builder builder) {
    super(builder);
    hypothesisTemplate = builder.hypothesisTemplate;
    multiLabel = builder.multiLabel;
    entailmentLabel = builder.entailmentLabel;
  }

  /**
   * Returns options of which none is set.
   *
   * @return new options
   */
  public static ZeroShotOptions defaults() {
    return builder().build();
  }

  /**
   * Starts with no option set.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns what hypotheses look like.
   *
   * @return a sentence in which <code>{}</code> stands for the label
   */
  public String hypothesisTemplate() {
    return hypothesisTemplate;
  }

  /**
   * Puts a label into the template.
   *
   * @param label a candidate label
   * @return the hypothesis that the text is about it
   */
  public String hypothesis(String label) {
    return hypothesisTemplate.replace(PLACE, label);
  }

  /**
   * Says whether several labels may fit a text.
   *
   * @return true if each label is judged alone; false if scores add up to 1 over the labels
   */
  public boolean multiLabel() {
    return multiLabel;
  }

  /**
   * Returns which of the model's own labels says that a hypothesis follows.
   *
   * @return empty for the one whose name begins with "entail"
   */
  public Optional<String> entailmentLabel() {
    return Optional.ofNullable(entailmentLabel);
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private String hypothesisTemplate = "This example is " + PLACE + ".";
    private boolean multiLabel;
    private @Nullable String entailmentLabel;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets what hypotheses look like (Hugging Face {@code hypothesis_template}).
     *
     * @param template a sentence in which <code>{}</code> stands for the label
     * @return this
     * @throws InvalidRequestException if it has no <code>{}</code>, so that all labels would make
     *     the same hypothesis
     */
    public Builder hypothesisTemplate(String template) {
      if (!template.contains(PLACE)) {
        throw new InvalidRequestException(
            "hypothesis_template must say where the label goes, as in \"This example is {}.\";"
                + " found \""
                + template
                + "\"");
      }
      hypothesisTemplate = template;
      return this;
    }

    /**
     * Sets whether several labels may fit a text (Hugging Face {@code multi_label}).
     *
     * @param several true to judge each label alone, by entailment against contradiction
     * @return this
     */
    public Builder multiLabel(boolean several) {
      multiLabel = several;
      return this;
    }

    /**
     * Names the label that says that a hypothesis follows, for models whose labels have names such
     * as {@code LABEL_2}.
     *
     * @param label a label of the model, as {@code config.json} or {@code LABEL_}index calls it
     * @return this
     */
    public Builder entailmentLabel(String label) {
      entailmentLabel = Objects.requireNonNull(label, "label");
      return this;
    }

    /**
     * Puts the options together.
     *
     * @return the options
     */
    public ZeroShotOptions build() {
      return new ZeroShotOptions(this);
    }
  }
}

package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which of a graph's outputs has a vector for each token. Stateless and thread-safe. */
final class TokenOutput {

  private static final String[] NAMES = {"last_hidden_state", "token_embeddings"};

  private TokenOutput() {}

  static Optional<String> of(EncoderModel model) {
    return Stream.of(NAMES).filter(model.outputs()::containsKey).findFirst();
  }

  /** How long its vectors are; 0 if the graph does not declare it. */
  static int size(EncoderModel model) {
    List<Long> shape = of(model).map(model.outputs()::get).orElse(List.of());
    return shape.size() == 3 ? (int) Math.max(0, shape.get(2)) : 0;
  }

  /** How long its vectors are in a batch. */
  static int size(EncoderOutputs outputs, String name) {
    return (int) outputs.shape(name)[2];
  }
}

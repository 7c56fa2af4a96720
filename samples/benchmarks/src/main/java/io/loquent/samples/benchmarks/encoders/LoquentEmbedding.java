package io.loquent.samples.benchmarks.encoders;

import io.loquent.ModelConfig;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Encoder;
import java.nio.file.Path;
import java.util.List;

/** Loquent as an application uses it: an {@link Encoder} on a model folder. */
final class LoquentEmbedding implements Contender {

  private final Encoder encoder;
  private final int batchSize;

  /**
   * Opens a model folder.
   *
   * @param threads of one operator; 0 leaves Loquent's default
   */
  LoquentEmbedding(Path folder, int threads, int batchSize) {
    this.batchSize = batchSize;
    ModelConfig.Builder config = ModelConfig.builder(folder);
    if (threads > 0) {
      config.intraOpThreads(threads);
    }
    encoder = Encoder.open(config.build());
  }

  @Override
  public String name() {
    return batchSize == 1 ? "Loquent, one by one" : "Loquent, batches of " + batchSize;
  }

  @Override
  public Padding padding(int[] lengths) {
    return Padding.sorted(lengths, batchSize);
  }

  @Override
  public float[][] embed(List<String> sentences) {
    EmbeddingOptions options = EmbeddingOptions.builder().batchSize(batchSize).build();
    return encoder.embed(sentences, options).stream()
        .map(Embedding::values)
        .toArray(float[][]::new);
  }

  @Override
  public void close() {
    encoder.close();
  }
}

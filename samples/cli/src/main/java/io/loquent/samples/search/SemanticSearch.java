package io.loquent.samples.search;

import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds the passages that answer a question, by what they mean: an encoder turns passages and
 * questions into vectors, and near vectors mean the same. Thread-safe while the encoder is open.
 */
public final class SemanticSearch {

  private final Encoder encoder;
  private final EmbeddingOptions queryOptions;
  private final List<Passage> passages;
  private final VectorIndex index;

  private SemanticSearch(
      Encoder encoder, EmbeddingOptions queryOptions, List<Passage> passages, VectorIndex index) {
    this.encoder = encoder;
    this.queryOptions = queryOptions;
    this.passages = passages;
    this.index = index;
  }

  /**
   * A passage that was found.
   *
   * @param passage the passage
   * @param score how well it fits; the higher, the better
   */
  public record Result(Passage passage, double score) {}

  /**
   * Embeds passages.
   *
   * @param encoder stays open and is not closed by the search
   * @param passages what can be found
   * @param passageOptions how passages are embedded, such as with the prompt {@code passage: }
   * @param queryOptions how questions are embedded, such as with the prompt {@code query: }
   * @return the search
   */
  public static SemanticSearch over(
      Encoder encoder,
      List<Passage> passages,
      EmbeddingOptions passageOptions,
      EmbeddingOptions queryOptions) {
    List<String> texts = passages.stream().map(Passage::text).toList();
    List<float[]> vectors =
        encoder.embed(texts, passageOptions).stream()
            .map(Embedding::values)
            .collect(Collectors.toList());
    return new SemanticSearch(
        encoder, queryOptions, List.copyOf(passages), new VectorIndex(vectors));
  }

  /**
   * Finds passages by their vectors.
   *
   * @param query the question
   * @param count how many passages are wanted
   * @return at most so many with their cosines, the best first
   */
  public List<Result> search(String query, int count) {
    float[] vector = encoder.embed(List.of(query), queryOptions).get(0).values();
    return index.nearest(vector, count).stream()
        .map(hit -> new Result(passages.get(hit.index()), hit.cosine()))
        .toList();
  }

  /**
   * Finds passages by their vectors, and has a cross-encoder order them: it reads the question and
   * a passage together, which is slower and more exact.
   *
   * @param query the question
   * @param count how many passages are wanted
   * @param candidates how many the cross-encoder reads; at least {@code count}
   * @param reranker the cross-encoder
   * @param options how it reads
   * @return at most so many with the cross-encoder's scores, the best first
   */
  public List<Result> search(
      String query, int count, int candidates, Encoder reranker, RerankOptions options) {
    List<Result> found = search(query, Math.max(count, candidates));
    List<String> texts = found.stream().map(result -> result.passage().text()).toList();
    List<RankedDocument> ranked = reranker.rerank(query, texts, options);
    return ranked.stream()
        .limit(count)
        .map(document -> new Result(found.get(document.index()).passage(), document.score()))
        .toList();
  }
}

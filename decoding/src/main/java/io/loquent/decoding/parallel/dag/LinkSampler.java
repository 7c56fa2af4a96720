package io.loquent.decoding.parallel.dag;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import io.loquent.decoding.parallel.ReadOptions;
import io.loquent.decoding.parallel.SlotPosition;

/**
 * Draws links at random, after the warpers of sampling, to which the vertices are the vocabulary.
 * What is drawn is a function of the seed, the sequence and the vertex. Confined to one thread.
 */
final class LinkSampler {

  private final DagGraph graph;
  private final ProcessorChain chain;
  private final Sampler sampler;
  private final PossibleTokens possible = new PossibleTokens();
  private final SlotPosition position = new SlotPosition(0);

  LinkSampler(DagSettings settings, DagGraph graph) {
    this.graph = graph;
    SearchSetup search = settings.search();
    chain =
        ProcessorChain.forSampling(
            new SearchSetup(
                search.request(),
                warpersOnly(search.options()),
                new SearchPrompt(new int[0], new int[0], Integer.MAX_VALUE),
                graph.vertices(),
                null,
                search.seed()));
    sampler = new Sampler(search.seed());
  }

  private static GenerationOptions warpersOnly(GenerationOptions options) {
    GenerationOptions.Builder warpers = GenerationOptions.builder().set(Option.DO_SAMPLE, true);
    ReadOptions.ofLinks().forEach(option -> copy(option, options, warpers));
    // As many links as there are, not the 50 tokens of a vocabulary.
    return warpers.build().orElse(GenerationOptions.builder().off(Option.TOP_K).build());
  }

  private static <T> void copy(
      Option<T> option, GenerationOptions from, GenerationOptions.Builder target) {
    from.get(option).ifPresent(value -> target.set(option, value));
  }

  /**
   * Draws a link.
   *
   * @param vertex where it begins
   * @param sequence which of the request's sequences follows it
   * @return where it ends; -1 if there is none
   */
  int draw(int vertex, int sequence) {
    possible.start(graph.links(vertex));
    if (possible.isEmpty()) {
      return -1;
    }
    position.become(vertex);
    chain.warp(position, sequence, possible);
    return sampler.draw(possible, sequence, vertex);
  }
}

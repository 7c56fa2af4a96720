package io.loquent.decoding.parallel.diffusion;

import io.loquent.DiffusionCache;
import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.UnmaskingOrder;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.parallel.OptionRules;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ReadOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the options of masked diffusion, and checks that they go together. */
final class DiffusionRules {

  private static final OptionRules RULES =
      new OptionRules(ReadOptions.ofDiffusion(), () -> "masked diffusion");

  private final GenerationOptions requested;
  private final SearchSetup search;
  private final GenerationOptions options;
  private final ParallelModel model;
  private final Blocks blocks;

  private DiffusionRules(ParallelSetup setup) {
    requested = setup.search().request().options();
    search = RULES.apply(setup.search());
    options = search.options();
    model = setup.model();
    int slots = SequenceLimits.of(search).maxNewTokens();
    int blockLength = options.get(Option.BLOCK_LENGTH).orElse(model.blockLength().orElse(slots));
    blocks = new Blocks(slots, Math.min(blockLength, slots));
  }

  /**
   * Reads a request.
   *
   * @throws InvalidRequestException if its options contradict each other
   */
  static DiffusionSettings check(ParallelSetup setup) {
    return new DiffusionRules(setup).settings();
  }

  private DiffusionSettings settings() {
    UnmaskingOrder order =
        options.get(Option.UNMASKING_ORDER).orElse(UnmaskingOrder.LOW_CONFIDENCE);
    double remasking = options.get(Option.REMASKING).orElse(0.0);
    double orderTemperature = orderTemperature(order);
    CommitRule rule = rule(remasking);
    boolean isSampling = options.get(Option.DO_SAMPLE).orElse(false);
    int sequences = options.get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    boolean isRandom =
        isSampling || order == UnmaskingOrder.RANDOM || orderTemperature > 0 || remasking > 0;
    if (sequences > 1 && !isRandom) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + sequences
              + ", but nothing is drawn at random, so all would be the same; set do_sample,"
              + " unmasking_order to \"random\", alg_temp or remasking");
    }
    return new DiffusionSettings(
        search,
        model,
        sequences,
        isSampling,
        blocks,
        rule,
        order,
        orderTemperature,
        remasking > 0 ? remasking(remasking, rule) : null,
        options.get(Option.GUIDANCE_SCALE).orElse(1.0),
        cache());
  }

  private double orderTemperature(UnmaskingOrder order) {
    double temperature = options.get(Option.ALG_TEMP).orElse(0.0);
    if (order == UnmaskingOrder.RANDOM) {
      if (OptionRules.isAskedFor(Option.ALG_TEMP, requested)) {
        throw new InvalidRequestException(
            "alg_temp is "
                + temperature
                + ", but unmasking_order is \"random\", which does not look at how sure a slot is;"
                + " leave one of them out");
      }
      return 0;
    }
    return temperature;
  }

  /** What the request itself sets goes before what comes from defaults. */
  private CommitRule rule(double remasking) {
    checkOneRule();
    Option<?> asked = asked();
    boolean usesSteps = asked == Option.STEPS;
    if (!usesSteps && asked != Option.FACTOR && options.get(Option.THRESHOLD).isPresent()) {
      return new ConfidenceThreshold(options.get(Option.THRESHOLD).get());
    }
    if (!usesSteps && options.get(Option.FACTOR).isPresent()) {
      return new ConfidenceFactor(options.get(Option.FACTOR).get());
    }
    int steps = options.get(Option.STEPS).orElse(blocks.slots());
    if (steps < blocks.count()) {
      throw new InvalidRequestException(
          "steps is "
              + steps
              + ", but "
              + blocks.slots()
              + " new tokens in blocks of "
              + blocks.blockLength()
              + " are "
              + blocks.count()
              + " blocks, each of which takes at least one; raise steps or block_length");
    }
    return new StepSchedule(blocks, steps, remasking > 0);
  }

  private @Nullable Option<?> asked() {
    for (Option<?> option : List.of(Option.STEPS, Option.THRESHOLD, Option.FACTOR)) {
      if (requested.get(option).isPresent()) {
        return option;
      }
    }
    return null;
  }

  private void checkOneRule() {
    List<Option<?>> rules = List.of(Option.STEPS, Option.THRESHOLD, Option.FACTOR);
    for (Option<?> first : rules) {
      for (Option<?> second : rules.subList(rules.indexOf(first) + 1, rules.size())) {
        if (requested.get(first).isPresent() && requested.get(second).isPresent()) {
          throw new InvalidRequestException(
              first
                  + " and "
                  + second
                  + " are both set, but each says how many slots a run fills; leave one of them"
                  + " out");
        }
      }
    }
  }

  private Remasking remasking(double eta, CommitRule rule) {
    if (rule instanceof StepSchedule schedule) {
      return new Remasking(eta, schedule, search.seed());
    }
    throw new InvalidRequestException(
        "remasking is "
            + eta
            + ", which needs to know how many runs are left, but threshold or factor decide that by"
            + " what the model says; set steps instead");
  }

  private DiffusionCache cache() {
    DiffusionCache cache = options.get(Option.DIFFUSION_CACHE).orElse(DiffusionCache.NONE);
    if (cache != DiffusionCache.NONE && !model.hasCache()) {
      if (requested.get(Option.DIFFUSION_CACHE).isPresent()) {
        throw new InvalidRequestException(
            "diffusion_cache is \""
                + options.toMap().get(Option.DIFFUSION_CACHE.name())
                + "\", but the model's graph has no past key values that it could be kept in; leave"
                + " diffusion_cache out, or export the model with a cache");
      }
      return DiffusionCache.NONE;
    }
    return cache;
  }
}

package io.loquent;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/** All options by name, in declaration order. */
final class OptionTable {

  static final Map<String, Option<?>> BY_NAME =
      Collections.unmodifiableMap(
          OptionType.index(
              List.of(
                  Option.MAX_NEW_TOKENS,
                  Option.MAX_LENGTH,
                  Option.MIN_NEW_TOKENS,
                  Option.MIN_LENGTH,
                  Option.MAX_TIME,
                  Option.STOP_STRINGS,
                  Option.DO_SAMPLE,
                  Option.NUM_BEAMS,
                  Option.NUM_BEAM_GROUPS,
                  Option.DIVERSITY_PENALTY,
                  Option.LENGTH_PENALTY,
                  Option.EARLY_STOPPING,
                  Option.PENALTY_ALPHA,
                  Option.FORCE_WORDS_IDS,
                  Option.NUM_RETURN_SEQUENCES,
                  Option.USE_CACHE,
                  Option.SEED,
                  Option.TEMPERATURE,
                  Option.TOP_K,
                  Option.TOP_P,
                  Option.MIN_P,
                  Option.TYPICAL_P,
                  Option.EPSILON_CUTOFF,
                  Option.ETA_CUTOFF,
                  Option.TOP_N_SIGMA,
                  Option.XTC_PROBABILITY,
                  Option.XTC_THRESHOLD,
                  Option.REPETITION_PENALTY,
                  Option.ENCODER_REPETITION_PENALTY,
                  Option.PRESENCE_PENALTY,
                  Option.FREQUENCY_PENALTY,
                  Option.NO_REPEAT_NGRAM_SIZE,
                  Option.ENCODER_NO_REPEAT_NGRAM_SIZE,
                  Option.DRY_MULTIPLIER,
                  Option.DRY_BASE,
                  Option.DRY_ALLOWED_LENGTH,
                  Option.DRY_PENALTY_LAST_N,
                  Option.DRY_SEQUENCE_BREAKERS,
                  Option.SEQUENCE_BIAS,
                  Option.BAD_WORDS_IDS,
                  Option.SUPPRESS_TOKENS,
                  Option.BEGIN_SUPPRESS_TOKENS,
                  Option.FORCED_BOS_TOKEN_ID,
                  Option.FORCED_EOS_TOKEN_ID,
                  Option.EXPONENTIAL_DECAY_LENGTH_PENALTY,
                  Option.REMOVE_INVALID_VALUES,
                  Option.RENORMALIZE_LOGITS,
                  Option.GUIDANCE_SCALE,
                  Option.ASSISTANT_MODEL,
                  Option.ASSISTANT_EARLY_EXIT,
                  Option.LOOKAHEAD,
                  Option.NUM_ASSISTANT_TOKENS,
                  Option.NUM_ASSISTANT_PATHS,
                  Option.ASSISTANT_CONFIDENCE_THRESHOLD,
                  Option.PROMPT_LOOKUP,
                  Option.PROMPT_LOOKUP_NUM_TOKENS,
                  Option.MAX_MATCHING_NGRAM_SIZE,
                  Option.TOP_LOGPROBS,
                  Option.SKIP_SPECIAL_TOKENS,
                  Option.PENALIZE_PADDING,
                  Option.PAD_TOKEN_ID,
                  Option.BOS_TOKEN_ID,
                  Option.EOS_TOKEN_ID,
                  Option.DECODER_START_TOKEN_ID)));

  private OptionTable() {}
}

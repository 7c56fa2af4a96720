package io.loquent;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Values in and out of range for every option, as JSON has them. */
final class OptionSamples {

  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;
  private static final long BEYOND_INT = 1L << 31;

  /** Options that any non-empty string is right for. */
  private static final Set<String> STRINGS =
      Set.of(
          "stop_strings",
          "reasoning_tags",
          "assistant_model",
          "rerank_model",
          "language_model",
          "hotwords");

  private static final Map<String, List<Object>> GOOD = new LinkedHashMap<>();
  private static final Map<String, List<Object>> BAD = new TreeMap<>();

  static {
    for (String name : List.of("max_new_tokens", "max_length", "dry_allowed_length")) {
      add(name, List.of(1, 20L, 3.0, Integer.MAX_VALUE), List.of(0, -1, 1.5, BEYOND_INT));
    }
    for (String name :
        List.of(
            "min_new_tokens",
            "min_length",
            "top_k",
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "forced_bos_token_id",
            "pad_token_id",
            "bos_token_id",
            "decoder_start_token_id")) {
      add(name, List.of(0, 7, 50256L, 2.0), List.of(-1, 0.5, BEYOND_INT, List.of(1)));
    }
    for (String name : List.of("num_beams", "num_beam_groups", "num_return_sequences")) {
      add(name, List.of(1, 4, 4096), List.of(0, -3, 4097, 2.5));
    }
    for (String name : List.of("num_assistant_tokens", "assistant_early_exit")) {
      add(name, List.of(1, 10, 1024), List.of(0, -1, 1025, 2.5));
    }
    add("num_assistant_paths", List.of(1, 4, 64), List.of(0, -1, 65, 2.5));
    add("assistant_model", List.of("models/small"), List.of("", 3, true));
    add("prompt_lookup_num_tokens", List.of(1, 10, 1024), List.of(0, -1, 1025, 2.5));
    add("max_matching_ngram_size", List.of(1, 3, 64), List.of(0, -1, 65));
    add("top_logprobs", List.of(0, 5, 1000), List.of(-1, 1001));
    addParallel();
    add(
        "constraint",
        List.of(
            Map.of("choice", List.of("a")),
            Map.of("regex", "a+"),
            Map.of("json", true, "compact", true),
            Map.of("json_schema", Map.of("type", "string")),
            Map.of("grammar", "root ::= \"a\"")),
        List.of("a", 1, Map.of(), Map.of("regex", ""), Map.of("json", false)));
    add("dry_penalty_last_n", List.of(-1, 0, 64), List.of(-2, 0.5));
    add(
        "seed",
        List.of(0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 7.0),
        List.of(0.5, 1e300, List.of(1L)));
    for (String name :
        List.of(
            "do_sample",
            "use_cache",
            "include_stop_str_in_output",
            "token_healing",
            "remove_invalid_values",
            "renormalize_logits",
            "skip_special_tokens",
            "prompt_lookup",
            "lookahead",
            "penalize_padding")) {
      add(name, List.of(true, false), List.of(0, 1.0, List.of(true)));
    }
    for (String name :
        List.of("top_p", "min_p", "penalty_alpha", "assistant_confidence_threshold")) {
      add(name, List.of(0, 0.5, 1), List.of(-0.01, 1.0001, 2));
    }
    for (String name : List.of("xtc_probability", "xtc_threshold")) {
      add(name, List.of(0, 0.5, 1), List.of(-0.01, 1.0001));
    }
    add("typical_p", List.of(0.2, 1), List.of(0, 1.1));
    for (String name : List.of("epsilon_cutoff", "eta_cutoff")) {
      add(name, List.of(0, 3e-4, 0.999), List.of(-1e-9, 1));
    }
    for (String name :
        List.of("temperature", "top_n_sigma", "repetition_penalty", "encoder_repetition_penalty")) {
      add(name, List.of(1e-6, 1, 1.3, 100), List.of(0, 0.0, -1));
    }
    for (String name : List.of("diversity_penalty", "dry_multiplier")) {
      add(name, List.of(0, 0.8, 5), List.of(-0.1));
    }
    add("dry_base", List.of(1, 1.75), List.of(0.99));
    for (String name :
        List.of("length_penalty", "presence_penalty", "frequency_penalty", "guidance_scale")) {
      add(name, List.of(-2, 0, 1.5), List.of());
    }
    add(
        "max_time",
        List.of(0.3, 1e-12, 5, 1e9, Duration.ofMillis(1500)),
        List.of(0, -1, 1e10, Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(100_000)));
    add("early_stopping", List.of(true, false, "never"), List.of("true", "NEVER", 1));
    add(
        "stop_strings",
        List.of("\n", List.of("a", "END"), List.of()),
        List.of("", List.of("a", ""), List.of("a", 3)));
    for (String name :
        List.of(
            "dry_sequence_breakers", "suppress_tokens", "begin_suppress_tokens", "eos_token_id")) {
      add(
          name,
          List.of(2, List.of(2, 50256), List.of()),
          List.of(-1, List.of(-1), List.of(1.5), List.of(List.of(1))));
    }
    add("forced_eos_token_id", List.of(2, List.of(2, 3)), List.of(List.of(), -1));
    add(
        "sequence_bias",
        List.of(
            List.of(List.of(List.of(3, 4), -2.5), List.of(List.of(5), 1)),
            List.of(List.of(List.of(3), -INF)),
            List.of()),
        List.of(
            List.of(List.of(List.of(), 1.0)),
            List.of(List.of(List.of(3), NAN)),
            List.of(List.of(List.of(3), INF)),
            List.of(List.of(List.of(3))),
            List.of(List.of(3, 1.0)),
            List.of(List.of(List.of(-3), 1.0))));
    add(
        "bad_words_ids",
        List.of(List.of(List.of(3), List.of(4, 5)), List.of()),
        List.of(List.of(List.of()), List.of(3), 3, List.of(List.of(-3))));
    add(
        "force_words_ids",
        List.of(
            List.of(List.of(3, 4), List.of(5)),
            List.of(List.of(List.of(3), List.of(4, 5))),
            List.of(List.of(3), List.of(List.of(4), List.of(5)))),
        List.of(
            List.of(),
            List.of(List.of()),
            List.of(List.of(List.of())),
            List.of(3),
            List.of(List.of(3, List.of(4)))));
    add(
        "exponential_decay_length_penalty",
        List.of(List.of(0, 1.01), List.of(15, 2)),
        List.of(
            List.of(-1, 1.0),
            List.of(1, 0),
            List.of(1, NAN),
            List.of(1, INF),
            List.of(1),
            List.of(1.5, 1.0),
            List.of(1, 2, 3)));
    // What is wrong for every option alike: other kinds of JSON values.
    BAD.replaceAll(
        (name, values) -> {
          List<Object> all = new java.util.ArrayList<>(values);
          all.addAll(
              List.of(NAN, INF, -INF, Map.of(), Map.of("a", 1), Arrays.asList((Object) null)));
          if (!STRINGS.contains(name)) {
            all.add("word");
            all.add("1");
          }
          return all;
        });
  }

  /** The options of parallel decoding. */
  private static void addParallel() {
    add("max_iterations", List.of(1, 10, 10_000), List.of(0, -1, 10_001, 2.5));
    add("refinement", List.of("mask_predict", "easy_first"), List.of("MASK_PREDICT", "mask", 1));
    add("length_beam", List.of(1, 5, 256), List.of(0, 257, 2.5));
    add("rerank_model", List.of("models/teacher"), List.of("", 3, true));
    add("dag_strategy", List.of("greedy", "joint_viterbi", "beam"), List.of("jointviterbi", 1));
    add("language_model", List.of("models/words.arpa"), List.of("", 3, true));
    add("hotwords", List.of("Loquent", List.of("a", "b c"), List.of()), List.of("", List.of(3)));
    for (String name :
        List.of("eos_penalty", "dag_beta", "lm_alpha", "hotword_weight", "alg_temp")) {
      add(name, List.of(0, 0.5, 10), List.of(-0.1));
    }
    add("lm_beta", List.of(-2, 0, 1.5), List.of());
    for (String name : List.of("beam_prune_logp", "token_min_logp")) {
      add(name, List.of(-10, -0.5), List.of(0, 1));
    }
    add("steps", List.of(1, 128, 1_000_000), List.of(0, 1_000_001, 1.5));
    add("block_length", List.of(1, 32, Integer.MAX_VALUE), List.of(0, BEYOND_INT, 1.5));
    add("context_overflow", List.of("error", "stop", "keep_newest"), List.of("STOP", "drop", 1));
    add(
        "reasoning_tags",
        List.of(List.of("<think>", "</think>"), List.of()),
        List.of("", List.of("a", ""), List.of("a", 3)));
    add("unmasking_order", List.of("low_confidence", "random"), List.of("confidence", 1));
    add("threshold", List.of(0.9, 1), List.of(0, 1.1));
    add("factor", List.of(0.5, 2), List.of(0, -1));
    add("remasking", List.of(0, 0.5, 1), List.of(-0.1, 1.1));
    add("diffusion_cache", List.of("none", "prefix", "dual"), List.of("DUAL", true));
  }

  private OptionSamples() {}

  /** In range, by Hugging Face name. */
  static Map<String, List<Object>> good() {
    return GOOD;
  }

  /** Out of range or of the wrong kind, by Hugging Face name. */
  static Map<String, List<Object>> bad() {
    return BAD;
  }

  private static void add(String name, List<Object> good, List<Object> bad) {
    GOOD.put(name, good);
    BAD.put(name, bad);
  }
}

package io.loquent;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A generation option: its Hugging Face name, the type and range of its value. Immutable; the
 * constants are all there are.
 *
 * <p>Where a Javadoc below names a default, it is Hugging Face's: it holds where neither the
 * request, nor the application, nor the model's {@code generation_config.json} sets the option.
 *
 * @param <T> the value's type
 */
public final class Option<T> {

  /**
   * Most tokens to generate, at least 1. Wins over {@link #MAX_LENGTH}. With both unset it is 20.
   */
  public static final Option<Integer> MAX_NEW_TOKENS =
      new Option<>("max_new_tokens", OptionType.integer(1, Integer.MAX_VALUE));

  /**
   * Longest sequence in tokens, prompt (for encoder-decoders: decoder start and decoder prompt)
   * included.
   */
  public static final Option<Integer> MAX_LENGTH =
      new Option<>("max_length", OptionType.integer(1, Integer.MAX_VALUE));

  /**
   * Fewest tokens to generate before an end token may come; default 0. Wins over {@link
   * #MIN_LENGTH}, even where it asks for less.
   */
  public static final Option<Integer> MIN_NEW_TOKENS =
      new Option<>("min_new_tokens", OptionType.integer(0, Integer.MAX_VALUE));

  /**
   * Shortest sequence in tokens, prompt (for encoder-decoders: decoder start and decoder prompt)
   * included, before an end token may come; default 0.
   */
  public static final Option<Integer> MIN_LENGTH =
      new Option<>("min_length", OptionType.integer(0, Integer.MAX_VALUE));

  /**
   * Longest time to generate, above 0 and up to 1e9 seconds; seconds in JSON. What there is then is
   * returned.
   */
  public static final Option<Duration> MAX_TIME = new Option<>("max_time", OptionType.seconds());

  /**
   * Strings that end a candidate when they appear in its generated text; the text ends before them.
   */
  public static final Option<List<String>> STOP_STRINGS =
      new Option<>("stop_strings", OptionType.strings());

  /**
   * Whether the text ends behind the stop string that ended it, instead of before it; default
   * false.
   */
  public static final Option<Boolean> INCLUDE_STOP_STR_IN_OUTPUT =
      new Option<>("include_stop_str_in_output", OptionType.flag());

  /**
   * Whether the last token of a decoder's prompt is generated anew, so that a prompt which ends in
   * the middle of a word, or before what one token would stand for, is continued as if it did not
   * (Hugging Face {@code token_healing}). What is generated anew begins with the text of that
   * token, which is no part of the result's text; default false.
   */
  public static final Option<Boolean> TOKEN_HEALING =
      new Option<>("token_healing", OptionType.flag());

  /** What happens where the model's context ends; default {@link ContextOverflow#STOP}. */
  public static final Option<ContextOverflow> CONTEXT_OVERFLOW =
      new Option<>("context_overflow", OptionType.choice(ContextOverflow.class));

  /**
   * The two strings between which a model thinks aloud, so that {@link Candidate#reasoning()} holds
   * that part by itself; default {@code <think>} and {@code </think>} for conversations ({@link
   * Input.Chat}), and none for other inputs. An empty list switches it off.
   */
  public static final Option<List<String>> REASONING_TAGS =
      new Option<>("reasoning_tags", OptionType.strings());

  /** Whether tokens are drawn at random; default false. */
  public static final Option<Boolean> DO_SAMPLE = new Option<>("do_sample", OptionType.flag());

  /** Hypotheses kept by a beam search; 1, the default, means no beam search. */
  public static final Option<Integer> NUM_BEAMS =
      new Option<>("num_beams", OptionType.integer(1, 4096));

  /**
   * Groups of a diverse beam search (Vijayakumar et al. 2016); must divide {@link #NUM_BEAMS};
   * default 1.
   */
  public static final Option<Integer> NUM_BEAM_GROUPS =
      new Option<>("num_beam_groups", OptionType.integer(1, 4096));

  /**
   * Taken from a token's score for each beam of an earlier group that chose it at the same step;
   * default 0.
   */
  public static final Option<Double> DIVERSITY_PENALTY =
      new Option<>("diversity_penalty", OptionType.number("[0, inf)"));

  /**
   * Exponent of the generated length by which a beam's log-probability is divided; above 0 favours
   * long sequences; default 1.
   */
  public static final Option<Double> LENGTH_PENALTY =
      new Option<>("length_penalty", OptionType.number("(-inf, inf)"));

  /** When a beam search with enough finished candidates ends; default false. */
  public static final Option<EarlyStopping> EARLY_STOPPING =
      new Option<>("early_stopping", OptionType.earlyStopping());

  /**
   * Weight of the degeneration penalty of contrastive search (Su et al. 2022); together with {@link
   * #TOP_K} above 1 and no sampling, a weight above 0 turns contrastive search on.
   */
  public static final Option<Double> PENALTY_ALPHA =
      new Option<>("penalty_alpha", OptionType.number("[0, 1]"));

  /**
   * Phrases that a beam search must generate, each given by its alternatives (Anderson et al. 2017,
   * Post and Vilar 2018).
   */
  public static final Option<List<List<List<Integer>>>> FORCE_WORDS_IDS =
      new Option<>("force_words_ids", OptionType.forcedWords());

  /**
   * Candidates to return; at most {@link #NUM_BEAMS} for beam search, and {@link #LENGTH_BEAM} for
   * masked canvases; above 1 needs sampling, beams or a length beam; default 1.
   */
  public static final Option<Integer> NUM_RETURN_SEQUENCES =
      new Option<>("num_return_sequences", OptionType.integer(1, 4096));

  /**
   * Whether the graph's key-value cache is used; default true. False recomputes the whole sequence
   * at each step.
   */
  public static final Option<Boolean> USE_CACHE = new Option<>("use_cache", OptionType.flag());

  /**
   * Makes sampling reproducible: equal seeds give equal results, whatever else runs and however
   * results are read. Unset draws a new seed.
   */
  public static final Option<Long> SEED = new Option<>("seed", OptionType.longInteger());

  /** Divides the logits before sampling; default 1. */
  public static final Option<Double> TEMPERATURE =
      new Option<>("temperature", OptionType.number("(0, inf)"));

  /**
   * Keeps the k most probable tokens and those tied with the last of them; 0 keeps all; default 50,
   * as in Hugging Face.
   */
  public static final Option<Integer> TOP_K =
      new Option<>("top_k", OptionType.integer(0, Integer.MAX_VALUE));

  /**
   * Keeps the smallest set of most probable tokens whose probability reaches p (nucleus, Holtzman
   * et al. 2019); default 1.
   */
  public static final Option<Double> TOP_P = new Option<>("top_p", OptionType.number("[0, 1]"));

  /**
   * Keeps tokens at least this fraction as probable as the most probable one (Nguyen et al. 2024).
   */
  public static final Option<Double> MIN_P = new Option<>("min_p", OptionType.number("[0, 1]"));

  /**
   * Keeps the tokens whose information is nearest the entropy, up to this mass (Meister et al.
   * 2022); default 1.
   */
  public static final Option<Double> TYPICAL_P =
      new Option<>("typical_p", OptionType.number("(0, 1]"));

  /** Drops tokens less probable than this (Hewitt et al. 2022); 0, the default, drops none. */
  public static final Option<Double> EPSILON_CUTOFF =
      new Option<>("epsilon_cutoff", OptionType.number("[0, 1)"));

  /**
   * Drops tokens below min(eta, sqrt(eta) exp(-entropy)) (Hewitt et al. 2022); 0, the default,
   * drops none.
   */
  public static final Option<Double> ETA_CUTOFF =
      new Option<>("eta_cutoff", OptionType.number("[0, 1)"));

  /**
   * Keeps tokens whose logit is within this many standard deviations of the highest one (Tang et
   * al. 2024).
   */
  public static final Option<Double> TOP_N_SIGMA =
      new Option<>("top_n_sigma", OptionType.number("(0, inf)"));

  /**
   * How often, per step, all tokens above {@link #XTC_THRESHOLD} but the least probable of them are
   * dropped (exclude top choices); default 0.
   */
  public static final Option<Double> XTC_PROBABILITY =
      new Option<>("xtc_probability", OptionType.number("[0, 1]"));

  /**
   * The probability from which a token counts as a top choice; default 0.1; above 0.5 nothing is
   * ever dropped.
   */
  public static final Option<Double> XTC_THRESHOLD =
      new Option<>("xtc_threshold", OptionType.number("[0, 1]"));

  /**
   * Divides positive and multiplies negative scores of tokens that are in the sequence, prompt
   * included (Keskar et al. 2019); default 1.
   */
  public static final Option<Double> REPETITION_PENALTY =
      new Option<>("repetition_penalty", OptionType.number("(0, inf)"));

  /**
   * Multiplies positive and divides negative scores of tokens of the encoder's input (of the
   * prompt, for decoders), the inverse of what {@link #REPETITION_PENALTY} does: above 1 favours
   * them; default 1.
   */
  public static final Option<Double> ENCODER_REPETITION_PENALTY =
      new Option<>("encoder_repetition_penalty", OptionType.number("(0, inf)"));

  /**
   * Taken once from the score of every token that was generated before (OpenAI's definition);
   * default 0.
   */
  public static final Option<Double> PRESENCE_PENALTY =
      new Option<>("presence_penalty", OptionType.number("(-inf, inf)"));

  /**
   * Taken from a token's score for each time it was generated before (OpenAI's definition); default
   * 0.
   */
  public static final Option<Double> FREQUENCY_PENALTY =
      new Option<>("frequency_penalty", OptionType.number("(-inf, inf)"));

  /** No sequence of this many tokens appears twice; 0, the default, allows all. */
  public static final Option<Integer> NO_REPEAT_NGRAM_SIZE =
      new Option<>("no_repeat_ngram_size", OptionType.integer(0, Integer.MAX_VALUE));

  /**
   * No sequence of this many tokens of the encoder's input (of the prompt, for decoders) appears in
   * the output; 0, the default, allows all.
   */
  public static final Option<Integer> ENCODER_NO_REPEAT_NGRAM_SIZE =
      new Option<>("encoder_no_repeat_ngram_size", OptionType.integer(0, Integer.MAX_VALUE));

  /**
   * Strength of the DRY ("don't repeat yourself") penalty on continuing a repetition; 0, the
   * default, turns it off.
   */
  public static final Option<Double> DRY_MULTIPLIER =
      new Option<>("dry_multiplier", OptionType.number("[0, inf)"));

  /** Growth of the DRY penalty per repeated token; default 1.75. */
  public static final Option<Double> DRY_BASE =
      new Option<>("dry_base", OptionType.number("[1, inf)"));

  /** Longest repetition, in tokens, that DRY leaves alone; default 2. */
  public static final Option<Integer> DRY_ALLOWED_LENGTH =
      new Option<>("dry_allowed_length", OptionType.integer(1, Integer.MAX_VALUE));

  /** How many of the last tokens DRY looks at; -1, the default, means all and 0 none. */
  public static final Option<Integer> DRY_PENALTY_LAST_N =
      new Option<>("dry_penalty_last_n", OptionType.integer(-1, Integer.MAX_VALUE));

  /** Token ids across which DRY sees no repetition; none by default. */
  public static final Option<List<Integer>> DRY_SEQUENCE_BREAKERS =
      new Option<>("dry_sequence_breakers", OptionType.tokenIds(true));

  /** Adds to the scores of tokens or of the last tokens of sequences. */
  public static final Option<List<SequenceBias>> SEQUENCE_BIAS =
      new Option<>("sequence_bias", OptionType.sequenceBias());

  /**
   * What the text must be. In JSON an object with one of {@code choice} (a list of texts), {@code
   * regex}, {@code json_schema}, {@code json} (true, for any) and {@code grammar}; beside the two
   * for JSON, {@code compact} says whether it is written without spaces.
   */
  public static final Option<OutputConstraint> CONSTRAINT =
      new Option<>("constraint", OptionType.constraint());

  /** Token sequences that never appear. */
  public static final Option<List<List<Integer>>> BAD_WORDS_IDS =
      new Option<>("bad_words_ids", OptionType.sequences());

  /** Tokens that never appear. */
  public static final Option<List<Integer>> SUPPRESS_TOKENS =
      new Option<>("suppress_tokens", OptionType.tokenIds(true));

  /** Tokens that do not come first. */
  public static final Option<List<Integer>> BEGIN_SUPPRESS_TOKENS =
      new Option<>("begin_suppress_tokens", OptionType.tokenIds(true));

  /** The token that is generated first, where the sequence has one token before it. */
  public static final Option<Integer> FORCED_BOS_TOKEN_ID =
      new Option<>("forced_bos_token_id", OptionType.integer(0, Integer.MAX_VALUE));

  /** The tokens of which one comes last when the length limit is reached. */
  public static final Option<List<Integer>> FORCED_EOS_TOKEN_ID =
      new Option<>("forced_eos_token_id", OptionType.tokenIds(false));

  /** Raises the end token's score more and more from a length on. */
  public static final Option<ExponentialDecay> EXPONENTIAL_DECAY_LENGTH_PENALTY =
      new Option<>("exponential_decay_length_penalty", OptionType.exponentialDecay());

  /**
   * Replaces NaN by 0 and infinities by the largest and smallest finite numbers instead of failing;
   * default false.
   */
  public static final Option<Boolean> REMOVE_INVALID_VALUES =
      new Option<>("remove_invalid_values", OptionType.flag());

  /** Makes the processed scores log-probabilities again; default false. */
  public static final Option<Boolean> RENORMALIZE_LOGITS =
      new Option<>("renormalize_logits", OptionType.flag());

  /**
   * Classifier-free guidance (Sanchez et al. 2023): above 1 steers away from the negative prompt,
   * or from the last prompt token alone; default 1. Runs the model twice.
   */
  public static final Option<Double> GUIDANCE_SCALE =
      new Option<>("guidance_scale", OptionType.number("(-inf, inf)"));

  /**
   * A smaller model that guesses tokens ahead (speculative decoding, Leviathan et al. 2023): its
   * folder, or its configuration file. With another tokenizer than the model itself, it guesses the
   * tokens that say the same in both; both must have a {@code tokenizer.json} then. One run of the
   * model verifies its guesses, and the output stays the same; sampling without a {@link #SEED}
   * keeps its distribution. It is opened when a request first names it, with the settings of the
   * model itself if a folder is named, and kept until the generator is closed. Greedy search and
   * sampling only; none by default.
   */
  public static final Option<String> ASSISTANT_MODEL =
      new Option<>("assistant_model", OptionType.path());

  /**
   * The layer after which the model itself stops to guess tokens ahead (self-speculative decoding,
   * Zhang et al. 2023; early exit, Elhoushi et al. 2024), from 1. The decoder's graph must offer
   * logits there, as an output named {@code early_exit_logits.LAYER}: what they depend on is cut
   * out of it and runs as a smaller model with a cache of its own. One run of the whole model
   * verifies the guesses, and the output stays the same; sampling without a {@link #SEED} keeps its
   * distribution. The cut is opened when a request first asks for it, and kept until the generator
   * is closed. Greedy search and sampling only; none by default.
   */
  public static final Option<Integer> ASSISTANT_EARLY_EXIT =
      new Option<>("assistant_early_exit", OptionType.integer(1, 1024));

  /**
   * Whether tokens are guessed ahead from what the model itself has predicted behind earlier
   * guesses (lookahead decoding, Fu et al. 2024): no other model is needed. One run of the model
   * verifies the guesses, and the output stays the same. Greedy search and sampling only; default
   * false.
   */
  public static final Option<Boolean> LOOKAHEAD = new Option<>("lookahead", OptionType.flag());

  /**
   * How many tokens {@link #ASSISTANT_MODEL}, {@link #ASSISTANT_EARLY_EXIT} or {@link #LOOKAHEAD}
   * guess at a time. Unset, as many as pay: by how many are right, and by what guesses and runs are
   * measured to take.
   */
  public static final Option<Integer> NUM_ASSISTANT_TOKENS =
      new Option<>("num_assistant_tokens", OptionType.integer(1, 1024));

  /**
   * How many paths of tokens are guessed for a sequence at most, whichever way they are guessed; 1
   * by default. One run verifies all paths, each in a row of its own (token tree verification, Miao
   * et al. 2024), and the one on which most guesses are right counts. Prompt lookup guesses
   * different continuations of what it finds, lookahead and draft models begin with different
   * tokens. Unless the number of tokens is fixed, several paths are guessed only while that is
   * measured to pay. The output stays the same; sampling without a {@link #SEED} is then verified
   * by the request's own random numbers with every draft model.
   */
  public static final Option<Integer> NUM_ASSISTANT_PATHS =
      new Option<>("num_assistant_paths", OptionType.integer(1, 64));

  /**
   * {@link #ASSISTANT_MODEL} and {@link #ASSISTANT_EARLY_EXIT} guess no further behind a token that
   * they find less probable than this; default 0.
   */
  public static final Option<Double> ASSISTANT_CONFIDENCE_THRESHOLD =
      new Option<>("assistant_confidence_threshold", OptionType.number("[0, 1]"));

  /**
   * Whether tokens are guessed ahead by prompt lookup (Saxena 2023), which pays where the output
   * copies from the input or repeats itself: the last tokens are looked for earlier in the sequence
   * and in the encoder's input, what followed them there is the guess, and one run of the model
   * verifies it (speculative decoding, Leviathan et al. 2023). The output stays the same. Greedy
   * search and sampling only; default false, or true with {@link #PROMPT_LOOKUP_NUM_TOKENS}.
   */
  public static final Option<Boolean> PROMPT_LOOKUP =
      new Option<>("prompt_lookup", OptionType.flag());

  /**
   * How many tokens prompt lookup guesses at a time; turns {@link #PROMPT_LOOKUP} on. Unset, as
   * many as pay.
   */
  public static final Option<Integer> PROMPT_LOOKUP_NUM_TOKENS =
      new Option<>("prompt_lookup_num_tokens", OptionType.integer(1, 1024));

  /**
   * How many of the last tokens prompt lookup looks for at first; if they are not found, fewer are;
   * default 3.
   */
  public static final Option<Integer> MAX_MATCHING_NGRAM_SIZE =
      new Option<>("max_matching_ngram_size", OptionType.integer(1, 64));

  /**
   * How often a model for parallel decoding looks at its canvas at most: 1 is one-shot decoding;
   * default 10. Fewer are needed where a run changes nothing. Not for CTC and the directed acyclic
   * Transformer, which need one run, and for masked diffusion, which has {@link #STEPS}.
   */
  public static final Option<Integer> MAX_ITERATIONS =
      new Option<>("max_iterations", OptionType.integer(1, 10_000));

  /** How a model that fills masked canvases does so; default mask-predict. */
  public static final Option<RefinementStrategy> REFINEMENT =
      new Option<>("refinement", OptionType.choice(RefinementStrategy.class));

  /**
   * How many of the most probable lengths are tried where the model predicts its output's length
   * (length beam, Ghazvininejad et al. 2019); the candidate with the best mean log-probability
   * wins, or the one that {@link #RERANK_MODEL} likes best; default 1.
   */
  public static final Option<Integer> LENGTH_BEAM =
      new Option<>("length_beam", OptionType.integer(1, 256));

  /**
   * An autoregressive model that scores the candidates of {@link #LENGTH_BEAM} in one run (noisy
   * parallel decoding, Gu et al. 2018): its folder, or its configuration file. It must have the
   * same vocabulary. None by default.
   */
  public static final Option<String> RERANK_MODEL = new Option<>("rerank_model", OptionType.path());

  /**
   * Taken from the score of inserting nothing, in Levenshtein and insertion decoding: above 0
   * favours long outputs; default 0.
   */
  public static final Option<Double> EOS_PENALTY =
      new Option<>("eos_penalty", OptionType.number("[0, inf)"));

  /**
   * How a path is found through the graph of a directed acyclic Transformer; default lookahead,
   * {@link DagStrategy#BEAM} with {@link #NUM_BEAMS} above 1, or {@link DagStrategy#SAMPLE} with
   * {@link #DO_SAMPLE}.
   */
  public static final Option<DagStrategy> DAG_STRATEGY =
      new Option<>("dag_strategy", OptionType.choice(DagStrategy.class));

  /** Weight of a token's log-probability beside its link's, in lookahead decoding; default 1. */
  public static final Option<Double> DAG_BETA =
      new Option<>("dag_beta", OptionType.number("[0, inf)"));

  /**
   * The language model, an n-gram model in the ARPA format ({@code .gz} for a packed one), of a CTC
   * or a dag beam search: of words, or of the vocabulary's tokens, which is recognised by all of
   * its words being tokens.
   */
  public static final Option<String> LANGUAGE_MODEL =
      new Option<>("language_model", OptionType.file("the path of an ARPA file"));

  /** Weight of the language model's log-probability; default 0.5. */
  public static final Option<Double> LM_ALPHA =
      new Option<>("lm_alpha", OptionType.number("[0, inf)"));

  /**
   * Added to a candidate's score for each word, or token, of a {@link #LANGUAGE_MODEL}; default
   * 1.5.
   */
  public static final Option<Double> LM_BETA =
      new Option<>("lm_beta", OptionType.number("(-inf, inf)"));

  /**
   * Words or phrases that a CTC beam search favours, in the characters of the model's vocabulary;
   * none by default.
   */
  public static final Option<List<String>> HOTWORDS =
      new Option<>("hotwords", OptionType.strings());

  /** Added to a candidate's score for each of the {@link #HOTWORDS} in it; default 10. */
  public static final Option<Double> HOTWORD_WEIGHT =
      new Option<>("hotword_weight", OptionType.number("[0, inf)"));

  /**
   * A CTC beam search drops candidates whose score is this much below the best one's, in nats;
   * default -10; switched off, it drops none.
   */
  public static final Option<Double> BEAM_PRUNE_LOGP =
      new Option<>("beam_prune_logp", OptionType.number("(-inf, 0)"));

  /**
   * A CTC beam search leaves out the tokens of a frame whose log-probability is below this, but for
   * the best one; default -5; switched off, it leaves out none.
   */
  public static final Option<Double> TOKEN_MIN_LOGP =
      new Option<>("token_min_logp", OptionType.number("(-inf, 0)"));

  /**
   * Runs in which masked diffusion fills its canvas, where no {@link #THRESHOLD} or {@link #FACTOR}
   * decides; divided evenly among the blocks; default as many as there are new tokens.
   */
  public static final Option<Integer> STEPS =
      new Option<>("steps", OptionType.integer(1, 1_000_000));

  /**
   * Slots that masked diffusion fills before it goes on to the next ones, from left to right;
   * default the model's own, or else the whole canvas.
   */
  public static final Option<Integer> BLOCK_LENGTH =
      new Option<>("block_length", OptionType.integer(1, Integer.MAX_VALUE));

  /** Which masked slots masked diffusion fills first; default those of the surest tokens. */
  public static final Option<UnmaskingOrder> UNMASKING_ORDER =
      new Option<>("unmasking_order", OptionType.choice(UnmaskingOrder.class));

  /**
   * Above 0, the slots that masked diffusion fills are drawn at random by their confidence divided
   * by this (Dream); default 0: the surest ones.
   */
  public static final Option<Double> ALG_TEMP =
      new Option<>("alg_temp", OptionType.number("[0, inf)"));

  /**
   * Masked diffusion fills all slots whose confidence is at least this in each run, and always the
   * surest one (Wu et al. 2025, Fast-dLLM); 1 fills one per run. Unset, {@link #STEPS} decides.
   */
  public static final Option<Double> THRESHOLD =
      new Option<>("threshold", OptionType.number("(0, 1]"));

  /**
   * Masked diffusion fills the surest n slots in each run, as many as have a confidence of at least
   * {@code 1 - factor / (n + 1)} (Wu et al. 2025, Fast-dLLM). Unset, {@link #STEPS} decides.
   */
  public static final Option<Double> FACTOR = new Option<>("factor", OptionType.number("(0, inf)"));

  /**
   * How much of the filled slots masked diffusion masks again in each step, as a fraction of what
   * the schedule allows (Wang et al. 2025, ReMDM rescale); default 0.
   */
  public static final Option<Double> REMASKING =
      new Option<>("remasking", OptionType.number("[0, 1]"));

  /** What a masked diffusion model keeps of earlier runs; default nothing. */
  public static final Option<DiffusionCache> DIFFUSION_CACHE =
      new Option<>("diffusion_cache", OptionType.choice(DiffusionCache.class));

  /** How many of the most probable tokens are reported at each position; default 0. */
  public static final Option<Integer> TOP_LOGPROBS =
      new Option<>("top_logprobs", OptionType.integer(0, 1000));

  /**
   * Whether special tokens are left out of the text; default true, but for the {@linkplain
   * io.loquent.chat.ToolCallParser#marks() marks} of tool calls in a chat that has tools.
   */
  public static final Option<Boolean> SKIP_SPECIAL_TOKENS =
      new Option<>("skip_special_tokens", OptionType.flag());

  /**
   * Restores Hugging Face's habit of treating the left padding of a batch as part of the prompt, in
   * penalties and length limits; default false, so that a batched request equals the same request
   * alone.
   */
  public static final Option<Boolean> PENALIZE_PADDING =
      new Option<>("penalize_padding", OptionType.flag());

  /** The padding token. */
  public static final Option<Integer> PAD_TOKEN_ID =
      new Option<>("pad_token_id", OptionType.integer(0, Integer.MAX_VALUE));

  /** The begin token; the decoder start where that is unset. */
  public static final Option<Integer> BOS_TOKEN_ID =
      new Option<>("bos_token_id", OptionType.integer(0, Integer.MAX_VALUE));

  /** The end tokens; any of them ends a candidate. */
  public static final Option<List<Integer>> EOS_TOKEN_ID =
      new Option<>("eos_token_id", OptionType.tokenIds(true));

  /** What the output of an encoder-decoder starts with. */
  public static final Option<Integer> DECODER_START_TOKEN_ID =
      new Option<>("decoder_start_token_id", OptionType.integer(0, Integer.MAX_VALUE));

  private final String name;
  private final OptionType<T> type;

  private Option(String name, OptionType<T> type) {
    this.name = name;
    this.type = type;
  }

  /**
   * Returns all options.
   *
   * @return in declaration order
   */
  public static Collection<Option<?>> all() {
    return OptionTable.BY_NAME.values();
  }

  /**
   * Finds an option.
   *
   * @param name its Hugging Face name
   * @return the option, if there is one of that name
   */
  public static Optional<Option<?>> named(String name) {
    return Optional.ofNullable(OptionTable.BY_NAME.get(name));
  }

  static Set<String> names() {
    return OptionTable.BY_NAME.keySet();
  }

  static InvalidRequestException unknown(String name) {
    return new InvalidRequestException(
        "unknown or unsupported option \"" + name + "\"" + NearNames.hint(name, names()));
  }

  /**
   * Returns the Hugging Face name.
   *
   * @return such as {@code max_new_tokens}
   */
  public String name() {
    return name;
  }

  /**
   * Reads and checks a value.
   *
   * @param json a value as JSON has it (numbers, strings, lists), or already of the option's type
   * @return the value
   * @throws InvalidRequestException if it is of another kind or out of range
   */
  public T parse(Object json) {
    return type.parse(name, Objects.requireNonNull(json, "json"));
  }

  Object toJson(Object value) {
    @SuppressWarnings("unchecked")
    T typed = (T) value;
    return type.write().apply(typed);
  }

  @Override
  public String toString() {
    return name;
  }
}

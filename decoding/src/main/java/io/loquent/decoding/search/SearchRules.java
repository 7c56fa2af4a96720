package io.loquent.decoding.search;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import java.util.List;

/**
 * Which options go together. What Hugging Face refuses is refused here; an option that the chosen
 * search would ignore is refused if the request itself sets it, but not if it comes from a model's
 * or an application's defaults.
 */
final class SearchRules {

  private final SearchSetup setup;
  private final GenerationOptions options;
  private final SearchMode mode;
  private final int beams;
  private final int groups;

  private SearchRules(SearchSetup setup, SearchMode mode) {
    this.setup = setup;
    this.mode = mode;
    options = setup.options();
    beams = options.get(Option.NUM_BEAMS).orElse(1);
    groups = options.get(Option.NUM_BEAM_GROUPS).orElse(1);
  }

  /**
   * Checks a request.
   *
   * @throws InvalidRequestException if its options contradict each other
   */
  static void check(SearchSetup setup, SearchMode mode) {
    SearchRules rules = new SearchRules(setup, mode);
    rules.checkReturnSequences();
    rules.checkGroups();
    rules.checkConstraints();
    rules.checkVocabulary();
    rules.checkDrafting();
  }

  private void checkReturnSequences() {
    int count = options.get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    if (mode.usesBeams() && count > beams) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + count
              + ", but num_beams is "
              + beams
              + "; a beam search returns at most as many sequences as it has beams");
    }
    if ((mode == SearchMode.GREEDY || mode == SearchMode.CONTRASTIVE) && count > 1) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + count
              + ", but "
              + (mode == SearchMode.GREEDY ? "greedy" : "contrastive")
              + " search has only one result; set do_sample to true or num_beams to at least "
              + count);
    }
  }

  private void checkGroups() {
    if (mode == SearchMode.GROUP_BEAM) {
      if (options.get(Option.DO_SAMPLE).orElse(false)) {
        throw new InvalidRequestException(
            "num_beam_groups is "
                + groups
                + " and do_sample is true; a diverse beam search does not draw at random, so switch"
                + " one of them off");
      }
      if (beams % groups != 0) {
        throw new InvalidRequestException(
            "num_beams is "
                + beams
                + ", which num_beam_groups of "
                + groups
                + " does not divide; all groups have the same number of beams");
      }
      if (options.get(Option.DIVERSITY_PENALTY).orElse(0.0) == 0) {
        throw new InvalidRequestException(
            "num_beam_groups is "
                + groups
                + " without a diversity_penalty, so all groups would be the same; set it above 0");
      }
    } else if (groups > 1 && sets(Option.NUM_BEAM_GROUPS)) {
      throw new InvalidRequestException(
          "num_beam_groups is "
              + groups
              + (beams == 1
                  ? ", but num_beams is 1; set num_beams to a multiple of it"
                  : ", but force_words_ids asks for a constrained beam search, which has no groups;"
                      + " switch one of them off"));
    } else if (mode.usesBeams()
        && sets(Option.DIVERSITY_PENALTY)
        && options.get(Option.DIVERSITY_PENALTY).orElse(0.0) > 0) {
      throw new InvalidRequestException(
          "diversity_penalty acts between groups of beams, and there is only one; set"
              + " num_beam_groups to a divisor of num_beams ("
              + beams
              + ") above 1");
    }
  }

  private void checkConstraints() {
    if (mode != SearchMode.CONSTRAINED_BEAM) {
      return;
    }
    if (beams == 1) {
      throw new InvalidRequestException(
          "force_words_ids needs a beam search, but num_beams is 1; set num_beams to at least 2");
    }
    if (options.get(Option.DO_SAMPLE).orElse(false)) {
      throw new InvalidRequestException(
          "force_words_ids is set and do_sample is true; a constrained beam search does not draw at"
              + " random, so switch one of them off");
    }
    if (groups > 1) {
      throw new InvalidRequestException(
          "force_words_ids is set and num_beam_groups is "
              + groups
              + "; a constrained beam search has no groups, so switch one of them off");
    }
  }

  private void checkVocabulary() {
    int vocabulary = setup.vocabularySize();
    int endTokens = options.get(Option.EOS_TOKEN_ID).orElse(List.of()).size();
    int needed = Math.max(2, 1 + endTokens);
    if (mode.usesBeams() && vocabulary < needed) {
      throw new InvalidRequestException(
          "a beam search with "
              + endTokens
              + " end tokens compares "
              + needed
              + " continuations for each beam, but the vocabulary has only "
              + vocabulary
              + " tokens; set num_beams to 1, or eos_token_id to fewer tokens");
    }
    if (mode == SearchMode.CONTRASTIVE && SearchMode.topK(options) > vocabulary) {
      throw new InvalidRequestException(
          "top_k is "
              + SearchMode.topK(options)
              + ", but the vocabulary has only "
              + vocabulary
              + " tokens for contrastive search to compare");
    }
  }

  private void checkDrafting() {
    if (setup.drafting() != null && mode != SearchMode.GREEDY && mode != SearchMode.SAMPLING) {
      throw new InvalidRequestException(
          "tokens are to be drafted (assistant_model, assistant_early_exit, prompt_lookup or"
              + " lookahead), but the options ask for "
              + (mode == SearchMode.CONTRASTIVE ? "contrastive search" : "a beam search")
              + ", which chooses between sequences, not tokens; switch drafting off for this"
              + " request, or use greedy search or sampling");
    }
  }

  private boolean sets(Option<?> option) {
    return setup.request().options().get(option).isPresent();
  }
}

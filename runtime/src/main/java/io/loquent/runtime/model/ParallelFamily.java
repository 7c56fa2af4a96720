package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Recognises models for parallel decoding by the names of their graphs' inputs and outputs and by a
 * few entries of {@code config.json} (or {@code parallel_config.json} beside it). Immutable.
 *
 * @param family what the graphs answer
 * @param reason why it was taken for that, in words
 */
record ParallelFamily(Family family, String reason) {

  static final String LINKS = "links";
  static final String DELETE_LOGITS = "delete_logits";
  static final String INSERT_LOGITS = "insert_logits";
  static final String LENGTH_LOGITS = "length_logits";
  private static final String MASK_TOKEN = "mask_token_id";
  private static final String BLANK_TOKEN = "ctc_blank_token_id";

  /** What the length classes of fairseq's models begin with, below the source's length. */
  private static final int FAIRSEQ_OFFSET = 128;

  /** Looks at a folder. */
  static Optional<ParallelFamily> of(ModelFiles files) {
    Set<String> inputs = files.decoder().inputs();
    Set<String> outputs = files.decoder().outputs();
    FolderConfig config = files.config();
    if (outputs.contains(LINKS)) {
      return found(Family.DIRECTED_ACYCLIC, "the graph has the output \"links\"");
    }
    if (outputs.contains(INSERT_LOGITS)) {
      return outputs.contains(DELETE_LOGITS)
          ? found(Family.LEVENSHTEIN, "the graph scores deletions and insertions")
          : found(Family.INSERTION, "the graph scores insertions");
    }
    boolean hasEncoder = files.layout().encoder().isPresent();
    boolean masks = config.integer(MASK_TOKEN).isPresent();
    boolean declared = files.layout().states().isPresent();
    boolean cacheless =
        !declared
            && inputs.stream().noneMatch(name -> name.startsWith("past"))
            && outputs.stream().noneMatch(name -> name.startsWith("present"));
    // A decoder beside an encoder takes a partial alignment as its canvas (Imputer).
    boolean frames = !hasEncoder || (masks && cacheless);
    if (frames && config.integer(BLANK_TOKEN).isPresent()) {
      return found(Family.CTC, "config.json has \"" + BLANK_TOKEN + "\"");
    }
    if (!hasEncoder && config.architectures().stream().anyMatch(name -> name.endsWith("ForCTC"))) {
      return found(Family.CTC, "config.json names an architecture for CTC");
    }
    if (hasEncoder && masks && cacheless) {
      return found(
          Family.CONDITIONAL_MASKED,
          "config.json has \"" + MASK_TOKEN + "\", and the decoder has no cache");
    }
    if (!hasEncoder && masks && config.flag("causal").orElse(true).equals(false)) {
      return found(
          Family.MASKED_DIFFUSION,
          "config.json has \"" + MASK_TOKEN + "\" and says \"causal\": false");
    }
    if (isMaskedLanguageModel(files, cacheless)) {
      return found(
          Family.MASKED_LANGUAGE_MODEL,
          "config.json names an architecture that fills masks, "
              + config.architectures()
              + ", and the graph has no cache");
    }
    return Optional.empty();
  }

  private static boolean isMaskedLanguageModel(ModelFiles files, boolean cacheless) {
    return !files.layout().encoder().isPresent()
        && cacheless
        && files.decoder().outputs().contains(NonAutoregressiveModel.LOGITS)
        && files.config().architectures().stream().anyMatch(name -> name.endsWith("ForMaskedLM"));
  }

  private static Optional<ParallelFamily> found(Family family, String reason) {
    return Optional.of(new ParallelFamily(family, reason));
  }

  /** Reads the numbers that the family's algorithms need, or says which are missing. */
  ParallelModel describe(ModelFiles files, int vocabularySize, boolean hasCache) {
    FolderConfig config = files.config();
    Path folder = files.folder();
    OptionalInt end = first(config.defaults().get(Option.EOS_TOKEN_ID).orElse(List.of()));
    OptionalInt begin = optional(config.defaults().get(Option.BOS_TOKEN_ID));
    boolean ends = config.flag("canvas_ends").orElse(family == Family.LEVENSHTEIN || isInsertion());
    if (ends && (!begin.isPresent() || !end.isPresent())) {
      throw missing(folder, "bos_token_id\" and \"eos_token_id", "a canvas begins and ends with");
    }
    OptionalInt mask = mask(files);
    check(folder, MASK_TOKEN, mask, vocabularySize);
    OptionalInt blank = OptionalInt.empty();
    if (family == Family.CTC) {
      blank = OptionalInt.of(config.integer(BLANK_TOKEN).orElse(config.padToken()));
      check(folder, BLANK_TOKEN, blank, vocabularySize);
    }
    LengthMode mode = lengthMode(files);
    return new ParallelModel(
        family,
        vocabularySize,
        mask,
        begin,
        end,
        blank,
        mode,
        config
            .integer("length_offset")
            .orElse(mode == LengthMode.OFFSET_CLASSES ? FAIRSEQ_OFFSET : 0),
        upsample(folder, config),
        ends,
        logitsShift(folder, config),
        config.integer("block_length"),
        hasCache,
        family == Family.CTC ? config.frameSeconds() : OptionalDouble.empty());
  }

  private OptionalInt mask(ModelFiles files) {
    OptionalInt mask = files.config().integer(MASK_TOKEN);
    if (mask.isPresent()) {
      return mask;
    }
    return switch (family) {
      case MASKED_LANGUAGE_MODEL -> {
        OptionalInt named =
            new TokenizerFiles(files.tokenizerFolder()).id(TokenizerFiles.MASK_TOKEN);
        if (!named.isPresent()) {
          throw missing(
              files.folder(),
              MASK_TOKEN,
              "unknown slots hold, and the tokenizer's files in "
                  + files.tokenizerFolder()
                  + " name no mask_token");
        }
        yield named;
      }
      case CONDITIONAL_MASKED, LEVENSHTEIN, MASKED_DIFFUSION ->
          throw missing(files.folder(), MASK_TOKEN, "unknown slots hold");
      default -> mask;
    };
  }

  private boolean isInsertion() {
    return family == Family.INSERTION;
  }

  private LengthMode lengthMode(ModelFiles files) {
    if (family != Family.CONDITIONAL_MASKED) {
      return family == Family.MASKED_DIFFUSION ? LengthMode.OPTION : LengthMode.SOURCE;
    }
    boolean scored =
        files
            .layout()
            .encoder()
            .map(file -> files.summaries().get(file))
            .map(summary -> summary.outputs().contains(LENGTH_LOGITS))
            .orElse(false);
    String named = files.config().text("length_mode").orElse("");
    for (LengthMode mode : LengthMode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(named)) {
        boolean needsScores = mode == LengthMode.CLASSES || mode == LengthMode.OFFSET_CLASSES;
        if (needsScores && !scored) {
          throw new ModelLoadException(
              files.folder()
                  + ": \"length_mode\" is \""
                  + named
                  + "\", but the encoder has no output \"length_logits\"");
        }
        return mode;
      }
    }
    if (!named.isEmpty()) {
      throw new ModelLoadException(
          files.folder()
              + ": \"length_mode\" is \""
              + named
              + "\"; known are classes, offset_classes, source and option");
    }
    if (!scored && !files.config().number("upsample").isPresent()) {
      throw new ModelLoadException(
          files.folder()
              + ": how long the output is cannot be told: the encoder has no output"
              + " \"length_logits\", and config.json has neither \"length_mode\" nor"
              + " \"upsample\"");
    }
    return scored ? LengthMode.CLASSES : LengthMode.SOURCE;
  }

  private static double upsample(Path folder, FolderConfig config) {
    double upsample = config.number("upsample").orElse(1);
    if (!(upsample > 0 && upsample <= 1000)) {
      throw new ModelLoadException(
          folder + ": \"upsample\" must be above 0 and at most 1000; found " + upsample);
    }
    return upsample;
  }

  private static int logitsShift(Path folder, FolderConfig config) {
    int shift = config.integer("logits_shift").orElse(0);
    if (shift < 0 || shift > 1) {
      throw new ModelLoadException(folder + ": \"logits_shift\" must be 0 or 1; found " + shift);
    }
    return shift;
  }

  private ModelLoadException missing(Path folder, String entry, String purpose) {
    return new ModelLoadException(
        folder
            + ": config.json has no \""
            + entry
            + "\", which "
            + purpose
            + "; the folder was taken for a model for parallel decoding because "
            + reason);
  }

  private static void check(Path folder, String entry, OptionalInt token, int vocabularySize) {
    if (token.isPresent() && (token.getAsInt() < 0 || token.getAsInt() >= vocabularySize)) {
      throw new ModelLoadException(
          folder
              + ": \""
              + entry
              + "\" is "
              + token.getAsInt()
              + ", and the vocabulary has ids from 0 to "
              + (vocabularySize - 1));
    }
  }

  private static OptionalInt first(List<Integer> ids) {
    return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.get(0));
  }

  private static OptionalInt optional(Optional<Integer> id) {
    return id.map(OptionalInt::of).orElse(OptionalInt.empty());
  }
}

package io.loquent.decoding.parallel;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a model for parallel decoding is: its family, and the numbers that its algorithms need.
 * Immutable.
 *
 * @param family what its graphs answer
 * @param vocabularySize length of a logits vector
 * @param maskToken what unknown slots hold; empty for families without canvases
 * @param beginToken what a canvas starts with, and the directed acyclic Transformer's first vertex
 *     says
 * @param endToken what a canvas or a sequence ends with
 * @param blankToken what CTC drops
 * @param lengthMode how the length of a canvas is found
 * @param lengthOffset what the first of the length classes stands for, or, for {@link
 *     LengthMode#OFFSET_CLASSES}, less than the source's length
 * @param upsample slots per source token, for {@link LengthMode#SOURCE}, CTC over text and the
 *     directed acyclic Transformer; 1 elsewhere
 * @param hasCanvasEnds whether canvases start with {@code beginToken} and end with {@code endToken}
 * @param logitsShift 1 where the logits at slot i - 1 are for slot i (Dream), else 0
 * @param blockLength slots that a masked diffusion model was trained to unmask together; empty for
 *     the whole canvas
 * @param hasCache whether a run may go over a part of a canvas ({@link Canvas#askFor})
 * @param frameSeconds how long a frame of CTC over audio is, in seconds; empty where frames have no
 *     duration, or where it is not known
 */
public record ParallelModel(
    Family family,
    int vocabularySize,
    OptionalInt maskToken,
    OptionalInt beginToken,
    OptionalInt endToken,
    OptionalInt blankToken,
    LengthMode lengthMode,
    int lengthOffset,
    double upsample,
    boolean hasCanvasEnds,
    int logitsShift,
    OptionalInt blockLength,
    boolean hasCache,
    OptionalDouble frameSeconds) {

  /**
   * Describes a model whose frames have no duration.
   *
   * @param family what its graphs answer
   * @param vocabularySize length of a logits vector
   * @param maskToken what unknown slots hold
   * @param beginToken what a canvas starts with
   * @param endToken what a canvas or a sequence ends with
   * @param blankToken what CTC drops
   * @param lengthMode how the length of a canvas is found
   * @param lengthOffset what the first of the length classes stands for
   * @param upsample slots per source token
   * @param hasCanvasEnds whether canvases start with {@code beginToken} and end with {@code
   *     endToken}
   * @param logitsShift 1 where the logits at slot i - 1 are for slot i
   * @param blockLength slots that a masked diffusion model was trained to unmask together
   * @param hasCache whether a run may go over a part of a canvas
   */
  public ParallelModel(
      Family family,
      int vocabularySize,
      OptionalInt maskToken,
      OptionalInt beginToken,
      OptionalInt endToken,
      OptionalInt blankToken,
      LengthMode lengthMode,
      int lengthOffset,
      double upsample,
      boolean hasCanvasEnds,
      int logitsShift,
      OptionalInt blockLength,
      boolean hasCache) {
    this(
        family,
        vocabularySize,
        maskToken,
        beginToken,
        endToken,
        blankToken,
        lengthMode,
        lengthOffset,
        upsample,
        hasCanvasEnds,
        logitsShift,
        blockLength,
        hasCache,
        OptionalDouble.empty());
  }

  /** What the graphs answer, and so which algorithms suit them. */
  public enum Family {
    /** Tokens for the masked slots of a canvas (non-autoregressive Transformer, CMLM, iNAT). */
    CONDITIONAL_MASKED,
    /** Tokens, deletions and numbers of insertions (Levenshtein Transformer). */
    LEVENSHTEIN,
    /** A token for each gap between two tokens (Insertion Transformer). */
    INSERTION,
    /** A token or a blank for each frame. */
    CTC,
    /** A token for each vertex, and links between vertices (directed acyclic Transformer). */
    DIRECTED_ACYCLIC,
    /** Tokens for the masked slots behind a prompt, in one graph (LLaDA, Dream, MDLM). */
    MASKED_DIFFUSION,
    /** Tokens for the masked slots of the source itself, in one graph (BERT). */
    MASKED_LANGUAGE_MODEL
  }

  /** How the length of a canvas is found. */
  public enum LengthMode {
    /** A class of the encoder's length logits is the number of tokens. */
    CLASSES,
    /** A class of the encoder's length logits is what the target is longer than the source. */
    OFFSET_CLASSES,
    /** As many as the source has, times {@code upsample}. */
    SOURCE,
    /** The options say it ({@code max_new_tokens}). */
    OPTION
  }
}

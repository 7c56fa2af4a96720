package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.ChosenToken;
import java.util.List;

/**
 * A sequence of tokens that frames say. Immutable.
 *
 * @param tokens repetitions collapsed, blanks dropped
 * @param score what it is ranked by
 */
record Labelling(List<ChosenToken> tokens, double score) {}

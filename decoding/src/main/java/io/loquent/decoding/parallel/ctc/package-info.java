/**
 * Connectionist temporal classification (CTC; Graves et al. 2006): greedy and prefix beam search
 * over the frames of a model's output, with n-gram language models, hotwords and time spans, at
 * once or as a stream; and block decoding of partial alignments (Imputer; Chan et al. 2020).
 */
@NullMarked
package io.loquent.decoding.parallel.ctc;

import org.jspecify.annotations.NullMarked;

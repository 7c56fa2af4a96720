package io.loquent.runtime.onnx;

import java.util.Map;
import java.util.Set;

/**
 * What a look at a model file tells without loading a weight. Immutable if its maps and sets are.
 *
 * @param irVersion version of the file format
 * @param producer name and version of the exporter, as it wrote them; may be empty
 * @param opsets version of each operator set in use, by domain; the standard one is the empty name
 * @param outputs names of the graph's outputs, in order
 * @param operators types of all operators, those of nested graphs and functions included; with the
 *     domain in front ({@code com.microsoft:GroupQueryAttention}) unless it is the standard one
 * @param externalFiles to each file that holds weights, as the model names it (relative to the
 *     model's folder), the least number of bytes that it must have
 * @param inlineWeightBytes bytes of the weights within the model file itself, roughly
 * @param nestedConstants whether a nested graph (of If, Loop or Scan) holds weights or constants
 * @param quantizesActivations whether a matrix product rounds its activations to 8 bits as it runs:
 *     dynamic int8, and {@code MatMulNBits} with {@code accuracy_level} 4
 */
public record OnnxSummary(
    long irVersion,
    String producer,
    Map<String, Long> opsets,
    Set<String> outputs,
    Set<String> operators,
    Map<String, Long> externalFiles,
    long inlineWeightBytes,
    boolean nestedConstants,
    boolean quantizesActivations) {}

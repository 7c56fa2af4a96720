package io.loquent.runtime.model;

import java.util.List;
import java.util.Map;

/**
 * What every kind of decoding state is made from.
 *
 * @param graphs the decoder
 * @param buffers lends native memory
 * @param prompts the rows at the start
 * @param constants constant inputs of the decoder by name; the state owns and closes them
 * @param initial values that fixed states start from, by state input; zeros where absent; owned too
 * @param control stops runs
 * @param vocabularySize length of a logits vector
 * @param padToken fills up unequal rows
 * @param hiddenOutput the graph output with last hidden states; empty without
 * @param allPositions whether the logits of all prompt positions are wanted
 * @param expectedTokens tokens that a row may reach, prompt included; a hint for sizes
 */
record StateContext(
    DecoderGraphs graphs,
    NativeBuffers buffers,
    List<PromptRow> prompts,
    Map<String, RowTensor> constants,
    Map<String, RowTensor> initial,
    RunControl control,
    int vocabularySize,
    int padToken,
    String hiddenOutput,
    boolean allPositions,
    int expectedTokens) {}

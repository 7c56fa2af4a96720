package io.loquent.runtime.model;

import io.loquent.Input;
import org.jspecify.annotations.Nullable;

/**
 * One sequence to be continued. The arrays are not copied and must not change.
 *
 * @param ids the prompt of a decoder-only model, or the decoder start and decoder prompt; at least
 *     one
 * @param encoderIds what the encoder reads, where that is token ids
 * @param features what the encoder reads, where that is numbers
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record PromptRow(
    int[] ids, int @Nullable [] encoderIds, Input.@Nullable Features features) {}

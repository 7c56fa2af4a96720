package io.loquent.runtime.onnx;

import java.util.List;

/**
 * One self-attention of a decoder in small nodes, by the names of its tensors: {@code [past, new]}
 * keys and values are joined, a product of queries and keys goes through a Softmax, and its product
 * with the values leaves. What happens in between is not known from here.
 *
 * @param pastKey the input of earlier keys, {@code [batch, keyHeads, past, headSize]}
 * @param pastValue the input of earlier values, alike
 * @param newKey the keys of the new positions, {@code [batch, keyHeads, new, headSize]}
 * @param newValue their values
 * @param presentKey the output of all keys
 * @param presentValue the output of all values
 * @param queries tensors that may be the queries, {@code [batch, heads, new, headSize]}, the
 *     nearest to the product first
 * @param product the product of queries and keys, as it comes out of the matrix product
 * @param scores what the Softmax reads: scaled and masked
 * @param results tensors that may be the result, {@code [batch, new, heads * headSize]}, the
 *     nearest to the product first
 */
public record AttentionBlock(
    String pastKey,
    String pastValue,
    String newKey,
    String newValue,
    String presentKey,
    String presentValue,
    List<String> queries,
    String product,
    String scores,
    List<String> results) {}

package io.loquent.encoder;

/**
 * A document with how well it answers a query. Immutable.
 *
 * @param index its index in the list that was given
 * @param document its text
 * @param score what the options' activation makes of the logit; the greater, the better
 * @param logit what the model gave; of a document in windows, the greatest
 */
public record RankedDocument(int index, String document, float score, float logit) {}

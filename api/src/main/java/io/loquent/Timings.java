package io.loquent;

import java.time.Duration;

/**
 * How long a request took. Immutable.
 *
 * @param timeToFirstToken from the call to the first chosen token; the total if there was none
 * @param total from the call to the result
 */
public record Timings(Duration timeToFirstToken, Duration total) {}

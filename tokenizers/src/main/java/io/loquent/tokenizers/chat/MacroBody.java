package io.loquent.tokenizers.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A macro as it is written.
 *
 * @param name its name; {@code caller} for the content of a call block
 * @param parameters their names
 * @param defaults as many as there are parameters; null where there is no default
 * @param body what it writes
 * @param takesCaller whether it uses {@code caller}
 * @param takesMore whether it uses {@code varargs}, the arguments beyond its parameters
 * @param takesMoreNamed whether it uses {@code kwargs}, the named ones beyond its parameters
 */
record MacroBody(
    String name,
    List<String> parameters,
    List<@Nullable Expression> defaults,
    List<Statement> body,
    boolean takesCaller,
    boolean takesMore,
    boolean takesMoreNamed) {}

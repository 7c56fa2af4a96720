package io.loquent.tokenizers.chat;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The only value that a template may change: {@code {% set ns.name = value %}}.
 *
 * @param members its members, changeable
 */
record Namespace(Map<Object, @Nullable Object> members) {}

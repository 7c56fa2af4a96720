/**
 * Conversations: messages, tools that a model may call, and the calls that it makes.
 *
 * <p>A conversation is an {@link io.loquent.Input}, see {@link io.loquent.Input#chat}; the model
 * folder's chat template turns it into the text that the model was trained on. What a model answers
 * is read by {@link io.loquent.chat.ToolCallParser}. Everything here is immutable.
 */
@NullMarked
package io.loquent.chat;

import org.jspecify.annotations.NullMarked;

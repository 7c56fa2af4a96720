/**
 * Chat templates: conversations to prompts, as Hugging Face's {@code apply_chat_template} writes
 * them.
 *
 * <p>{@link io.loquent.tokenizers.chat.ChatTemplate} reads the templates of a model folder. They
 * are programs in the language Jinja that come with a model, so they are not trusted: the language
 * has no reflection here, values are never changed, no file is read, and steps, time, depth and
 * sizes are bounded ({@code Limits}). A template is cut into tokens ({@code Lexer}), parsed once
 * ({@code TemplateParser}, {@code ExpressionParser}) into {@code Statement}s and {@code
 * Expression}s that run themselves in a {@code Frame}; filters, tests, functions and methods are
 * tables. Values and their text are Python's, because the templates were written against it.
 */
@NullMarked
package io.loquent.tokenizers.chat;

import org.jspecify.annotations.NullMarked;

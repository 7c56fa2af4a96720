package io.loquent.runtime;

import io.loquent.ContextLengthException;
import io.loquent.ContextOverflow;
import io.loquent.GenerationOptions;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Sees to it that a decoder's prompt and what is generated behind it fit into the context. */
final class ContextRoom {

  private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");
  private static final int DEFAULT_NEW_TOKENS = 20;

  private final String model;
  private final int limit;

  /**
   * Creates the room of a model.
   *
   * @param model its name, for messages
   * @param limit tokens of its context
   */
  ContextRoom(String model, int limit) {
    this.model = model;
    this.limit = limit;
  }

  /**
   * Reads a prompt, or what is to be kept of it.
   *
   * @param ids reads an input, whole
   * @throws ContextLengthException if {@code context_overflow} says that it must fit, and it does
   *     not
   */
  int[] ids(Input input, GenerationOptions options, Function<Input, int[]> ids) {
    int[] all = ids.apply(input);
    ContextOverflow overflow = options.get(Option.CONTEXT_OVERFLOW).orElse(ContextOverflow.STOP);
    if (overflow == ContextOverflow.ERROR) {
      refuseOverflow(all.length, newTokens(options, all.length));
    } else if (overflow == ContextOverflow.KEEP_NEWEST) {
      int wanted = Math.max(1, Math.min(newTokens(options, all.length), limit / 2));
      return newest(input, all, limit - wanted, ids);
    }
    return all;
  }

  private static int newTokens(GenerationOptions options, int promptTokens) {
    int byLength =
        options
            .get(Option.MAX_LENGTH)
            .map(length -> Math.max(0, length - promptTokens))
            .orElse(DEFAULT_NEW_TOKENS);
    return options.get(Option.MAX_NEW_TOKENS).orElse(byLength);
  }

  private void refuseOverflow(int promptTokens, int newTokens) {
    if ((long) promptTokens + newTokens > limit) {
      throw new ContextLengthException(
          "the prompt has "
              + promptTokens
              + " tokens and max_new_tokens is "
              + newTokens
              + ", and the context of "
              + model
              + " has room for "
              + limit
              + " in all; shorten the prompt, lower max_new_tokens, or set context_overflow to stop"
              + " or keep_newest",
          promptTokens,
          limit);
    }
  }

  private int[] newest(Input input, int[] all, int room, Function<Input, int[]> ids) {
    if (all.length <= room) {
      return all;
    }
    if (!(input instanceof Input.Chat chat)) {
      throw new ContextLengthException(
          "the prompt has "
              + all.length
              + " tokens, the context of "
              + model
              + " leaves "
              + room
              + " for it, and context_overflow keep_newest can only leave out turns of a"
              + " conversation (Input.chat); shorten the prompt",
          all.length,
          limit);
    }
    int[] kept = all;
    Optional<Input.Chat> shorter = withoutOldestTurn(chat);
    while (kept.length > room && shorter.isPresent()) {
      kept = ids.apply(shorter.get());
      shorter = withoutOldestTurn(shorter.get());
    }
    if (kept.length > room) {
      throw new ContextLengthException(
          "the system prompt and the newest turn alone have "
              + kept.length
              + " tokens, and the context of "
              + model
              + " leaves "
              + room
              + " for them; shorten the newest message",
          kept.length,
          limit);
    }
    return kept;
  }

  /** A conversation from its second turn on; empty if there is only one. */
  private static Optional<Input.Chat> withoutOldestTurn(Input.Chat chat) {
    List<ChatMessage> messages = chat.messages();
    int first = 0;
    while (first < messages.size() && SYSTEM_ROLES.contains(messages.get(first).role())) {
      first++;
    }
    int next = first + 1;
    while (next < messages.size() && !messages.get(next).role().equals("user")) {
      next++;
    }
    if (next >= messages.size()) {
      return Optional.empty();
    }
    List<ChatMessage> kept = new ArrayList<>(messages.subList(0, first));
    kept.addAll(messages.subList(next, messages.size()));
    return Optional.of(
        new Input.Chat(
            kept,
            chat.tools(),
            chat.documents(),
            chat.template(),
            chat.addGenerationPrompt(),
            chat.continueFinalMessage(),
            chat.variables()));
  }

  /** Refuses what only decoders do. */
  static void refuseKeeping(GenerationOptions options, String model) {
    if (options.get(Option.CONTEXT_OVERFLOW).orElse(ContextOverflow.STOP)
        == ContextOverflow.KEEP_NEWEST) {
      throw new InvalidRequestException(
          "context_overflow keep_newest is for conversations with decoders, and "
              + model
              + " has an encoder; shorten its input");
    }
  }
}

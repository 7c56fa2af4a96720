package io.loquent.tokenizers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What tokenizer_config.json adds to tokenizer.json.
 *
 * @param addedTokens tokens to add, in the order in which they get ids
 * @param cleanUpSpaces whether decoded text loses the spaces before punctuation
 */
record TokenizerConfig(List<AddedToken> addedTokens, boolean cleanUpSpaces) {

  // The order in which PreTrainedTokenizerFast adds the tokens it has a name for.
  private static final List<String> NAMED_TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");
  private static final List<String> TOKEN_LISTS =
      List.of("additional_special_tokens", "extra_special_tokens");

  /** Reads the configuration of a folder; a folder without one changes nothing. */
  static TokenizerConfig read(Path folder) {
    Map<String, @Nullable Object> config = readIfPresent(folder.resolve("tokenizer_config.json"));
    Map<String, AddedToken> tokens = new LinkedHashMap<>();
    Map<String, @Nullable Object> byId = JsonMembers.object(config.get("added_tokens_decoder"));
    if (byId != null) {
      collectById(byId, tokens);
    } else {
      collectNamed(readIfPresent(folder.resolve("special_tokens_map.json")), tokens);
    }
    collectNamed(config, tokens);
    return new TokenizerConfig(
        new ArrayList<>(tokens.values()),
        JsonMembers.flag(config, "clean_up_tokenization_spaces", false));
  }

  private static Map<String, @Nullable Object> readIfPresent(Path file) {
    return Files.exists(file) ? JsonFile.read(file).members() : Map.of();
  }

  private static void collectById(
      Map<String, @Nullable Object> byId, Map<String, AddedToken> tokens) {
    List<String> ids = new ArrayList<>(byId.keySet());
    // Ids have no leading zeros: a shorter one is a smaller one.
    ids.sort((a, b) -> a.length() == b.length() ? a.compareTo(b) : a.length() - b.length());
    for (String id : ids) {
      AddedToken token = AddedToken.parse(byId.get(id), false);
      if (token != null) {
        tokens.putIfAbsent(token.content(), token);
      }
    }
  }

  private static void collectNamed(
      Map<String, @Nullable Object> config, Map<String, AddedToken> tokens) {
    for (String name : NAMED_TOKENS) {
      addSpecial(config.get(name), tokens);
    }
    for (String name : TOKEN_LISTS) {
      for (Object token : JsonMembers.list(config.get(name))) {
        addSpecial(token, tokens);
      }
    }
    Map<String, @Nullable Object> extra = JsonMembers.object(config.get("extra_special_tokens"));
    if (extra != null) {
      for (Object token : extra.values()) {
        addSpecial(token, tokens);
      }
    }
  }

  private static void addSpecial(@Nullable Object json, Map<String, AddedToken> tokens) {
    AddedToken token = AddedToken.parse(json, true);
    if (token == null || token.content().isEmpty()) {
      return;
    }
    AddedToken known = tokens.get(token.content());
    tokens.put(token.content(), known == null ? token.asSpecial() : known.asSpecial());
  }
}

package io.loquent.tokenizers;

import io.loquent.ModelLoadException;
import io.loquent.internal.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer.json, with the tokens of the folder's configuration added.
 *
 * @param path the file
 * @param json its text, as the native tokenizer shall read it
 * @param vocabulary all tokens
 * @param decoder the decoder's definition, or null if it has none
 * @param cleanUpSpaces whether decoded text loses the spaces before punctuation
 */
record TokenizerFile(
    Path path,
    String json,
    Vocabulary vocabulary,
    @Nullable Map<String, @Nullable Object> decoder,
    boolean cleanUpSpaces) {

  static TokenizerFile read(Path path, TokenizerConfig config) {
    JsonFile file = JsonFile.read(path);
    Map<String, @Nullable Object> members = file.members();
    Vocabulary.Builder vocabulary = new Vocabulary.Builder();
    readModel(path, members, vocabulary);
    TemplateCheck.check(path, members.get("post_processor"));
    Map<String, AddedToken> own = readAddedTokens(members);
    Map<String, AddedToken> all = merge(own, config.addedTokens());
    List<@Nullable Object> addedTokens = new ArrayList<>();
    for (AddedToken token : all.values()) {
      addedTokens.add(token.toJson(vocabulary.add(token)));
    }
    String json = file.text();
    if (!all.equals(own)) {
      members.put("added_tokens", addedTokens);
      json = Json.write(members);
    }
    return new TokenizerFile(
        path,
        json,
        vocabulary.build(),
        JsonMembers.object(members.get("decoder")),
        config.cleanUpSpaces());
  }

  private static void readModel(
      Path path, Map<String, @Nullable Object> members, Vocabulary.Builder vocabulary) {
    Map<String, @Nullable Object> model = JsonMembers.object(members.get("model"));
    Object vocab = model == null ? null : model.get("vocab");
    Map<String, @Nullable Object> idsByToken = JsonMembers.object(vocab);
    if (idsByToken != null) {
      for (Map.Entry<String, @Nullable Object> entry : idsByToken.entrySet()) {
        vocabulary.addModelToken(entry.getKey(), id(path, entry.getKey(), entry.getValue()));
      }
    } else if (vocab instanceof List<?> scoredTokens) {
      int id = 0;
      for (Object scoredToken : scoredTokens) {
        vocabulary.addModelToken(unigramToken(path, scoredToken, id), id);
        id++;
      }
    } else {
      throw new ModelLoadException(
          path
              + " has no vocabulary: expected \"model\": {\"vocab\": ...} as the Hugging Face"
              + " tokenizers library writes it; save the tokenizer again with"
              + " save_pretrained() of a fast tokenizer");
    }
  }

  private static int id(Path path, String token, @Nullable Object value) {
    if (value instanceof Long id && id >= 0 && id <= Vocabulary.Builder.HIGHEST_ID) {
      return id.intValue();
    }
    throw new ModelLoadException(
        path
            + " gives the token \""
            + token
            + "\" the id "
            + value
            + "; expected a whole number from 0 to "
            + Vocabulary.Builder.HIGHEST_ID);
  }

  private static String unigramToken(Path path, @Nullable Object entry, int id) {
    List<?> pair = JsonMembers.list(entry);
    if (!pair.isEmpty() && pair.get(0) instanceof String token) {
      return token;
    }
    throw new ModelLoadException(
        path + ": entry " + id + " of model.vocab is " + entry + "; expected [token, score]");
  }

  private static Map<String, AddedToken> readAddedTokens(Map<String, @Nullable Object> members) {
    Map<String, AddedToken> tokens = new LinkedHashMap<>();
    for (Object json : JsonMembers.list(members.get("added_tokens"))) {
      AddedToken token = AddedToken.parse(json, false);
      if (token != null && !token.content().isEmpty()) {
        tokens.put(token.content(), token);
      }
    }
    return tokens;
  }

  /** A token that either file calls special is special; what tokenizer.json says otherwise wins. */
  private static Map<String, AddedToken> merge(Map<String, AddedToken> own, List<AddedToken> more) {
    Map<String, AddedToken> all = new LinkedHashMap<>(own);
    for (AddedToken token : more) {
      AddedToken known = all.get(token.content());
      if (known == null) {
        all.put(token.content(), token);
      } else if (token.special()) {
        all.put(token.content(), known.asSpecial());
      }
    }
    return all;
  }
}

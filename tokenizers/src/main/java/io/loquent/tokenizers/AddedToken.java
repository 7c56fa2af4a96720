package io.loquent.tokenizers;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A token that is matched in text before the model splits it.
 *
 * @param content its spelling
 * @param singleWord whether it must stand alone as a word
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is matched in normalized text
 * @param special whether decoding may skip it
 */
record AddedToken(
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {

  /** Special tokens are matched as they are written. */
  static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, false, true);
  }

  /** Reads a plain string, which is a special token, or an object; null if it is neither. */
  static @Nullable AddedToken parse(@Nullable Object json, boolean specialUnlessSaid) {
    if (json instanceof String content) {
      return special(content);
    }
    Map<String, @Nullable Object> members = JsonMembers.object(json);
    String content = members == null ? null : JsonMembers.string(members, "content");
    if (members == null || content == null) {
      return null;
    }
    boolean special = JsonMembers.flag(members, "special", specialUnlessSaid);
    return new AddedToken(
        content,
        JsonMembers.flag(members, "single_word", false),
        JsonMembers.flag(members, "lstrip", false),
        JsonMembers.flag(members, "rstrip", false),
        JsonMembers.flag(members, "normalized", !special),
        special);
  }

  AddedToken asSpecial() {
    return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
  }

  /** The form that tokenizer.json wants. */
  Map<String, @Nullable Object> toJson(int id) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", (long) id);
    json.put("content", content);
    json.put("single_word", singleWord);
    json.put("lstrip", lstrip);
    json.put("rstrip", rstrip);
    json.put("normalized", normalized);
    json.put("special", special);
    return json;
  }
}

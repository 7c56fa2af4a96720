package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what {@code $ref} refers to, within one schema. */
final class SchemaReferences {

  private final SchemaPart root;

  /** Parts by their {@code $id}, and by {@code #} and their {@code $anchor}. */
  private final Map<String, SchemaPart> named = new HashMap<>();

  SchemaReferences(SchemaPart root) {
    this.root = root;
    collect(root.pointer, root.isBoolean() ? null : root.keywords());
  }

  private void collect(String pointer, @Nullable Object json) {
    if (json instanceof Map<?, ?> map) {
      if (map.get("$anchor") instanceof String anchor) {
        named.putIfAbsent("#" + anchor, SchemaPart.of(pointer, map));
      }
      if (map.get("$id") instanceof String id) {
        named.putIfAbsent(id, SchemaPart.of(pointer, map));
      }
      map.forEach(
          (key, value) ->
              collect(
                  pointer + "/" + String.valueOf(key).replace("~", "~0").replace("/", "~1"),
                  value));
    } else if (json instanceof Collection<?> elements) {
      int index = 0;
      for (Object element : elements) {
        collect(pointer + "/" + index++, element);
      }
    }
  }

  /** What a part's {@code $ref} refers to. */
  SchemaPart target(SchemaPart part) {
    if (!(part.get("$ref") instanceof String reference)) {
      throw part.wrong("$ref", "a reference such as \"#/$defs/name\"");
    }
    SchemaPart known = named.get(reference);
    if (known != null) {
      return known;
    }
    int hash = reference.indexOf('#');
    String document = hash < 0 ? reference : reference.substring(0, hash);
    SchemaPart from = document.isEmpty() ? root : named.get(document);
    String fragment = hash < 0 ? "" : reference.substring(hash + 1);
    if (from != null && (fragment.isEmpty() || fragment.startsWith("/"))) {
      SchemaPart found = follow(from, fragment);
      if (found != null) {
        return found;
      }
    }
    throw new InvalidRequestException(
        "the JSON schema refers, at "
            + part.place("$ref")
            + ", to \""
            + reference
            + "\", which is not in it; put what is meant into $defs and refer to it as"
            + " \"#/$defs/name\"");
  }

  private static @Nullable SchemaPart follow(SchemaPart from, String fragment) {
    Object json = from.isBoolean() ? null : from.keywords();
    for (String step : fragment.isEmpty() ? new String[0] : fragment.substring(1).split("/", -1)) {
      String name = decode(step).replace("~1", "/").replace("~0", "~");
      if (json instanceof Map<?, ?> map && map.containsKey(name)) {
        json = map.get(name);
      } else if (json instanceof List<?> list
          && name.matches("[0-9]{1,9}")
          && Integer.parseInt(name) < list.size()) {
        json = list.get(Integer.parseInt(name));
      } else {
        return null;
      }
    }
    return json == null ? null : SchemaPart.of(from.pointer + decode(fragment), json);
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), "UTF-8");
    } catch (UnsupportedEncodingException | IllegalArgumentException e) {
      return text;
    }
  }
}

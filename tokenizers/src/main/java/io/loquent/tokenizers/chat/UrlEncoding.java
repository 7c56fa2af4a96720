package io.loquent.tokenizers.chat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Percent-encoding of texts, and of pairs as a query. */
final class UrlEncoding {

  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";

  private UrlEncoding() {}

  static String encode(Frame frame, @Nullable Object value) {
    if (value instanceof String || !Values.isIterable(value)) {
      return encode(PythonRepr.text(value), UNRESERVED + "/");
    }
    List<@Nullable Object> pairs =
        value instanceof Map<?, ?> members
            ? CollectionMethods.items(Values.map(members))
            : Values.list(frame, value);
    StringBuilder query = new StringBuilder();
    for (Object pair : pairs) {
      List<@Nullable Object> both = Values.list(frame, pair);
      if (both.size() != 2) {
        throw new TemplateError("urlencode needs pairs, found " + both.size() + " values");
      }
      query.append(query.length() == 0 ? "" : "&").append(part(both.get(0))).append('=');
      query.append(part(both.get(1)));
      Limits.checkText(query.length());
    }
    return query.toString();
  }

  private static String part(@Nullable Object value) {
    return encode(PythonRepr.text(value), UNRESERVED + " ").replace(' ', '+');
  }

  private static String encode(String text, String safe) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int code = b & 0xff;
      if (safe.indexOf((char) code) >= 0) {
        out.append((char) code);
      } else {
        out.append('%');
        out.append(Character.toUpperCase(Character.forDigit(code >> 4, 16)));
        out.append(Character.toUpperCase(Character.forDigit(code & 15, 16)));
      }
    }
    return out.toString();
  }
}

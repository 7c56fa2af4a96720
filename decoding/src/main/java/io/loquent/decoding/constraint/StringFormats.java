package io.loquent.decoding.constraint;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code format} as regular expressions. They write the usual forms: each text that
 * they match has the format, but unusual forms of it are left out.
 */
final class StringFormats {

  private static final String DATE =
      "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])"
          + "|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)"
          + "|02-(?:0[1-9]|1\\d|2[0-8]))"
          + "|(?:\\d{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";

  /** Below 18 hours and never -00:00, which some readers refuse. */
  private static final String OFFSET =
      "\\+(?:0\\d|1[0-7]):[0-5]\\d" + "|-(?:(?:0[1-9]|1[0-7]):[0-5]\\d|00:(?:0[1-9]|[1-5]\\d))";

  private static final String TIME =
      "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:Z|" + OFFSET + ")";

  private static final String DURATION_TIME =
      "T(?:\\d{1,9}H(?:\\d{1,9}M(?:\\d{1,9}S)?)?|\\d{1,9}M(?:\\d{1,9}S)?|\\d{1,9}S)";

  private static final String DURATION =
      "P(?:\\d{1,9}W|(?:\\d{1,9}Y(?:\\d{1,9}M(?:\\d{1,9}D)?)?|\\d{1,9}M(?:\\d{1,9}D)?|\\d{1,9}D)(?:"
          + DURATION_TIME
          + ")?|"
          + DURATION_TIME
          + ")";

  private static final String LABEL = "[A-Za-z0-9]{1,20}(?:-[A-Za-z0-9]{1,20}){0,2}";
  private static final String HOST = LABEL + "(?:\\." + LABEL + "){0,3}";
  private static final String BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final String IPV4 = BYTE + "(?:\\." + BYTE + "){3}";
  private static final String GROUP = "[0-9a-fA-F]{1,4}";
  private static final String PATH_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})";

  private static final String URI =
      "[A-Za-z][A-Za-z0-9+.-]*:(?://"
          + HOST
          + "(?::\\d{1,5})?(?:/"
          + PATH_CHARACTER
          + "*)*|"
          + PATH_CHARACTER
          + "+(?:/"
          + PATH_CHARACTER
          + "*)*)(?:\\?(?:"
          + PATH_CHARACTER
          + "|[/?])*)?(?:#(?:"
          + PATH_CHARACTER
          + "|[/?])*)?";

  private static final Map<String, String> PATTERNS = new TreeMap<>();

  static {
    PATTERNS.put("date", DATE);
    PATTERNS.put("time", TIME);
    PATTERNS.put("date-time", DATE + "T" + TIME);
    PATTERNS.put("duration", DURATION);
    PATTERNS.put(
        "email",
        "[A-Za-z0-9_+-]{1,20}(?:\\.[A-Za-z0-9_+-]{1,20}){0,2}@"
            + LABEL
            + "(?:\\."
            + LABEL
            + "){1,3}");
    PATTERNS.put("hostname", HOST);
    PATTERNS.put("ipv4", IPV4);
    PATTERNS.put("ipv6", ipv6());
    PATTERNS.put("uri", URI);
    PATTERNS.put(
        "uuid", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    PATTERNS.put("json-pointer", "(?:/(?:[^/~]|~[01])*)*");
  }

  private StringFormats() {}

  /** The pattern of a format; null if it is not known. */
  static @Nullable String pattern(String format) {
    return PATTERNS.get(format);
  }

  static Set<String> names() {
    return Collections.unmodifiableSet(PATTERNS.keySet());
  }

  /** Eight groups, of which neighbouring zeros may be left out once. */
  private static String ipv6() {
    StringBuilder ways = new StringBuilder("(?:" + GROUP + ":){7}" + GROUP);
    ways.append("|(?:").append(GROUP).append(":){1,7}:");
    for (int left = 6; left >= 1; left--) {
      ways.append("|(?:").append(GROUP).append(":){1,").append(left).append('}');
      ways.append("(?::").append(GROUP).append("){1,").append(7 - left).append('}');
    }
    return ways.append("|:(?:(?::").append(GROUP).append("){1,7}|:)").toString();
  }
}

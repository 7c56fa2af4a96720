package io.loquent.tokenizers.chat;

/** Resolves the escapes of Python's string literals. */
final class StringEscapes {

  private StringEscapes() {}

  static String resolve(String raw) {
    StringBuilder out = new StringBuilder(raw.length());
    int i = 0;
    while (i < raw.length()) {
      char c = raw.charAt(i++);
      if (c != '\\' || i == raw.length()) {
        out.append(c);
        continue;
      }
      char escape = raw.charAt(i++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> out.append(escape);
        case 'a' -> out.append('\u0007');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'v' -> out.append('\u000b');
        case 'x' -> i = hexadecimal(raw, i, 2, out);
        case 'u' -> i = hexadecimal(raw, i, 4, out);
        case 'U' -> i = hexadecimal(raw, i, 8, out);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(raw, i - 1, out);
        // An unknown escape stays as it is written.
        default -> out.append('\\').append(escape);
      }
    }
    return out.toString();
  }

  private static int hexadecimal(String raw, int start, int digits, StringBuilder out) {
    int end = start + digits;
    int code = 0;
    for (int i = start; i < end; i++) {
      char c = i < raw.length() ? raw.charAt(i) : ' ';
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0 || code > Character.MAX_CODE_POINT) {
        throw new TemplateError(
            "the escape \\" + raw.charAt(start - 1) + " needs " + digits + " hexadecimal digits");
      }
      code = code * 16 + digit;
    }
    if (code < 0 || code > Character.MAX_CODE_POINT) {
      throw new TemplateError("the escape \\U names no Unicode character");
    }
    out.appendCodePoint(code);
    return end;
  }

  private static int octal(String raw, int start, StringBuilder out) {
    int code = 0;
    int i = start;
    while (i < raw.length() && i < start + 3 && raw.charAt(i) >= '0' && raw.charAt(i) <= '7') {
      code = code * 8 + raw.charAt(i++) - '0';
    }
    out.append((char) code);
    return i;
  }
}

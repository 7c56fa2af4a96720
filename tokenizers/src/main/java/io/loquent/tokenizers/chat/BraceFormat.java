package io.loquent.tokenizers.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** <code>"{} is {age:03d}".format(name, age=3)</code>. */
final class BraceFormat {

  private final String format;
  private final Arguments arguments;
  private int used;

  private BraceFormat(String format, Arguments arguments) {
    this.format = format;
    this.arguments = arguments;
  }

  static String format(String format, Arguments arguments) {
    return new BraceFormat(format, arguments).fill();
  }

  private String fill() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); ) {
      char c = format.charAt(i);
      boolean doubled = i + 1 < format.length() && format.charAt(i + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.append(c);
        i += 2;
      } else if (c == '{') {
        int end = format.indexOf('}', i);
        if (end < 0) {
          throw new TemplateError("a place { in a format is not closed by }");
        }
        out.append(filled(format.substring(i + 1, end)));
        Limits.checkText(out.length());
        i = end + 1;
      } else if (c == '}') {
        throw new TemplateError("a } in a format closes nothing; write }} for a brace");
      } else {
        out.append(c);
        i++;
      }
    }
    return out.toString();
  }

  private String filled(String place) {
    if (place.indexOf('{') >= 0) {
      throw new TemplateError("places inside of places of a format are not supported");
    }
    int colon = place.indexOf(':');
    String field = colon < 0 ? place : place.substring(0, colon);
    String spec = colon < 0 ? "" : place.substring(colon + 1);
    int conversion = field.indexOf('!');
    Object value = value(conversion < 0 ? field : field.substring(0, conversion));
    if (conversion >= 0) {
      String letter = field.substring(conversion + 1);
      value = letter.equals("s") ? PythonRepr.text(value) : PythonRepr.of(value);
    }
    return spec.isEmpty() ? PythonRepr.text(value) : FormatSpec.parse(spec).format(value);
  }

  /** The value that {@code name.attribute[key]} names; without a name, the next one. */
  private @Nullable Object value(String field) {
    int end = 0;
    while (end < field.length() && ".[".indexOf(field.charAt(end)) < 0) {
      end++;
    }
    Object value = argument(field.substring(0, end));
    while (end < field.length()) {
      int start = end + 1;
      boolean item = field.charAt(end) == '[';
      int stop = start;
      while (stop < field.length() && (item ? "]" : ".[").indexOf(field.charAt(stop)) < 0) {
        stop++;
      }
      String name = field.substring(start, stop);
      value =
          item
              ? Attributes.item(value, isNumber(name) ? (Object) Long.valueOf(name) : name)
              : Attributes.attribute(value, name);
      end = item ? stop + 1 : stop;
    }
    return value;
  }

  private @Nullable Object argument(String name) {
    List<@Nullable Object> positional = arguments.positional();
    if (name.isEmpty() || isNumber(name)) {
      int place = name.isEmpty() ? used++ : Integer.parseInt(name);
      if (place >= positional.size()) {
        throw new TemplateError(
            "a format wants value " + place + ", and there are " + positional.size());
      }
      return positional.get(place);
    }
    if (!arguments.named().containsKey(name)) {
      throw new TemplateError("a format wants a value named " + name + ", and there is none");
    }
    return arguments.named().get(name);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.length() < 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}

package io.loquent.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.internal.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Templates with random damage give a text or an error of their own, and nothing else. */
class TemplateFuzzTest {

  private static final int MUTATIONS_OF_A_TEMPLATE = 40;
  private static final String[] PIECES = {
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "+",
    "|",
    "is",
    "not",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    ",",
    ":",
    ".",
    "for",
    "in",
    "if",
    "else",
    "endif",
    "endfor",
    "set",
    "=",
    "~",
    "%",
    "*",
    "/",
    "0",
    "-1",
    "none",
    "true",
    "loop",
    "messages",
    "\n",
    " ",
    "😀",
    "\u0000",
    "|tojson",
    "|list",
    "|join",
    "()",
    "[0]",
    "[::-1]",
    "**",
    "namespace",
    "macro",
    "caller"
  };

  @Test
  void a_damaged_template_gives_a_text_or_an_error_of_its_own() throws IOException {
    Random random = new Random(7);
    List<String> originals = new ArrayList<>();
    for (var folder : RecordedChats.folders()) {
      originals.add(Files.readString(folder.resolve("chat_template.jinja")));
    }
    for (Object snippet : (List<?>) RecordedChats.language().get("snippets")) {
      originals.add((String) RecordedChats.object(snippet).get("template"));
    }
    Map<String, Object> variables =
        new HashMap<>(RecordedChats.object(RecordedChats.language().get("variables")));
    variables.put("tools", List.of(Json.parseObject("{\"function\":{\"name\":\"f\"}}")));
    int rendered = 0;
    for (String original : originals) {
      int times = original.length() > 500 ? MUTATIONS_OF_A_TEMPLATE : 5;
      for (int i = 0; i < times; i++) {
        rendered += survives(mutated(original, random), variables) ? 1 : 0;
      }
    }
    assertThat(rendered).isPositive();
  }

  private static boolean survives(String template, Map<String, Object> variables) {
    try {
      CompiledTemplate.of(template).render(variables, RecordedChats.CLOCK);
      return true;
    } catch (TemplateError e) {
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("not an error of its own for the template " + template, e);
    }
  }

  private static String mutated(String template, Random random) {
    StringBuilder text = new StringBuilder(template);
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(6));
      switch (random.nextInt(3)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        default -> {
          int from = random.nextInt(text.length() + 1);
          int to = Math.min(text.length(), from + random.nextInt(30));
          text.replace(at, end, text.substring(from, to));
        }
      }
    }
    return text.toString();
  }
}

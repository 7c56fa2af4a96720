package io.loquent.decoding.constraint;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Small JSON documents, and a validator that is not ours. */
final class Documents {

  private Documents() {}

  static JsonSchema validator(String schema) {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(schema, SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
  }

  static Collection<?> problems(JsonSchema validator, String document) {
    return validator.validate(document, InputFormat.JSON);
  }

  static boolean isValid(JsonSchema validator, String document) {
    return problems(validator, document).isEmpty();
  }

  private static List<String> scalars() {
    List<String> all = new ArrayList<>(List.of("null", "true", "false"));
    for (int number = -12; number <= 25; number++) {
      all.add(String.valueOf(number));
    }
    all.addAll(List.of("0.5", "-0.5", "1.25", "2.5", "9.99", "10.1", "105", "0.1"));
    for (String text :
        List.of("", "a", "b", "ab", "aab", "abc", "é", "\\\"", "\\n", "x1", "\\\\")) {
      all.add('"' + text + '"');
    }
    return all;
  }

  /** Without spaces; members in the order a, b, c. */
  static List<String> small() {
    List<String> scalars = scalars();
    List<String> some =
        List.of("null", "true", "1", "7", "\"a\"", "\"ab\"", "[]", "{}", "[1]", "{\"a\":1}");
    List<String> all = new ArrayList<>(scalars);
    all.add("[]");
    for (String first : scalars) {
      all.add("[" + first + "]");
    }
    for (String first : some) {
      for (String second : some) {
        all.add("[" + first + "," + second + "]");
        all.add("[" + first + "," + second + "," + first + "]");
      }
    }
    List<String> members = new ArrayList<>(some);
    members.add("");
    for (String a : members) {
      for (String b : members) {
        for (String c : List.of("", "1", "\"a\"")) {
          all.add(object(a, b, c));
        }
      }
    }
    return all;
  }

  private static String object(String a, String b, String c) {
    List<String> members = new ArrayList<>();
    if (!a.isEmpty()) {
      members.add("\"a\":" + a);
    }
    if (!b.isEmpty()) {
      members.add("\"b\":" + b);
    }
    if (!c.isEmpty()) {
      members.add("\"c\":" + c);
    }
    return "{" + String.join(",", members) + "}";
  }
}

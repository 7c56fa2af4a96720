package io.loquent.tokenizers.chat;

import io.loquent.ModelLoadException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a model folder says about chats.
 *
 * @param templates the templates by name
 * @param specialTokens the spelling of special tokens by the name that templates know them by
 */
record TemplateFiles(Map<String, Source> templates, Map<String, @Nullable Object> specialTokens) {

  private static final String DEFAULT = "default";
  private static final String MEMBER = "chat_template";
  private static final String SUFFIX = ".jinja";

  /**
   * A template as text.
   *
   * @param where the file, and the name where a file has several
   * @param text the template
   */
  record Source(String where, String text) {}

  static TemplateFiles read(Path folder) {
    Path configFile = folder.resolve("tokenizer_config.json");
    Map<String, @Nullable Object> config = readJson(configFile);
    Map<String, Source> templates = new TreeMap<>();
    readJinja(folder, templates);
    if (templates.isEmpty()) {
      readMember(configFile, config.get(MEMBER), templates);
    }
    if (templates.isEmpty()) {
      Path file = folder.resolve("chat_template.json");
      readMember(file, readJson(file).get(MEMBER), templates);
    }
    return new TemplateFiles(templates, specialTokens(folder, config));
  }

  private static void readJinja(Path folder, Map<String, Source> templates) {
    Path single = folder.resolve("chat_template.jinja");
    if (Files.exists(single)) {
      templates.put(DEFAULT, new Source(single.toString(), readText(single)));
    }
    Path several = folder.resolve("additional_chat_templates");
    if (!Files.isDirectory(several)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(several, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        templates.put(
            name.substring(0, name.length() - SUFFIX.length()),
            new Source(file.toString(), readText(file)));
      }
    } catch (IOException e) {
      throw new ModelLoadException(several + " cannot be read: " + e, e);
    }
  }

  /** Reads a template, or a list of templates with names. */
  private static void readMember(
      Path file, @Nullable Object member, Map<String, Source> templates) {
    if (member instanceof String text) {
      templates.put(DEFAULT, new Source(file.toString(), text));
    } else if (member instanceof List<?> elements) {
      for (Object element : elements) {
        if (!(element instanceof Map<?, ?> named)
            || !(named.get("name") instanceof String name)
            || !(named.get("template") instanceof String text)) {
          throw malformed(file);
        }
        templates.put(name, new Source(file + " (template " + name + ")", text));
      }
    } else if (member instanceof Map<?, ?> byName) {
      byName.forEach(
          (name, text) -> {
            if (!(text instanceof String template)) {
              throw malformed(file);
            }
            templates.put(
                String.valueOf(name), new Source(file + " (template " + name + ")", template));
          });
    } else if (member != null) {
      throw malformed(file);
    }
  }

  private static ModelLoadException malformed(Path file) {
    return new ModelLoadException(
        file
            + ": chat_template must be a text, or a list of objects with \"name\" and \"template\";"
            + " save the tokenizer again with save_pretrained()");
  }

  private static Map<String, @Nullable Object> specialTokens(
      Path folder, Map<String, @Nullable Object> config) {
    Map<String, @Nullable Object> tokens = new LinkedHashMap<>();
    collect(config, tokens);
    if (config.get("extra_special_tokens") instanceof Map<?, ?> extra) {
      extra.forEach((name, token) -> put(String.valueOf(name), token, tokens));
    }
    // The older file counts where the configuration does not list the tokens that were added.
    if (!(config.get("added_tokens_decoder") instanceof Map)) {
      collect(readJson(folder.resolve("special_tokens_map.json")), tokens);
    }
    return tokens;
  }

  private static void collect(
      Map<String, @Nullable Object> members, Map<String, @Nullable Object> tokens) {
    members.forEach(
        (name, token) -> {
          if (name.endsWith("_token")) {
            put(name, token, tokens);
          }
        });
  }

  private static void put(
      String name, @Nullable Object token, Map<String, @Nullable Object> tokens) {
    Object content = token instanceof Map<?, ?> members ? members.get("content") : token;
    if (content instanceof String) {
      tokens.put(name, content);
    }
  }

  private static Map<String, @Nullable Object> readJson(Path file) {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      return Json.parseObject(readText(file));
    } catch (JsonException e) {
      throw new ModelLoadException(
          file + " is " + e.getMessage() + "; it seems cut off or damaged, copy it again", e);
    }
  }

  private static String readText(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ModelLoadException(file + " cannot be read: " + e, e);
    }
  }
}

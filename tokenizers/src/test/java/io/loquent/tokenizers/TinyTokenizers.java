package io.loquent.tokenizers;

import io.loquent.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tokenizers with one small vocabulary that holds what each kind of decoder looks at. */
final class TinyTokenizers {

  private static final List<String> TOKENS =
      List.of(
          "a",
          "bc",
          "日",
          "😀",
          "é",
          "▁",
          "▁a",
          "▁▁b",
          "c▁d",
          "##a",
          "##",
          "x##y",
          ".",
          ",",
          "?",
          "!",
          "'",
          "n't",
          "'s",
          "'re",
          "do",
          "not",
          "do not",
          " ",
          "  ",
          " .",
          " a ",
          "a</w>",
          "b</w>c</w>",
          "</w>",
          "<0x4>",
          "<0xZZ>",
          "<0x+5>",
          "<0xaf>",
          "Ġ",
          "Ġa",
          "ĊĠ",
          "Ã",
          "©",
          "ðŁ",
          "ĺ",
          "Ģ",
          "í",
          "ł",
          "ŀ",
          "\u0301",
          "a\u0301b",
          "|",
          "||",
          "aXb",
          "XX",
          "X");

  /** Decoders by name, as tokenizer.json writes them. */
  static final Map<String, String> DECODERS = decoders();

  private TinyTokenizers() {}

  private static Map<String, String> decoders() {
    Map<String, String> decoders = new TreeMap<>();
    String replace = replace("▁", " ");
    String fuse = "{\"type\":\"Fuse\"}";
    String byteFallback = "{\"type\":\"ByteFallback\"}";
    String byteLevel =
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"trim_offsets\":true,\"use_regex\":true}";
    String wordPiece = "{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true}";
    String bpe = "{\"type\":\"BPEDecoder\",\"suffix\":\"</w>\"}";
    String metaspace =
        "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"always\",\"split\":true}";
    decoders.put("none", "null");
    decoders.put("llama-2", sequence(replace, byteFallback, fuse, strip(1, 0)));
    decoders.put("gemma", sequence(replace, byteFallback, fuse));
    decoders.put("byte level", byteLevel);
    decoders.put("byte level in a sequence", sequence(byteLevel, strip(1, 0)));
    decoders.put("word piece", wordPiece);
    decoders.put("word piece as it is", wordPiece.replace("true", "false"));
    decoders.put("fused word piece", sequence(fuse, wordPiece));
    decoders.put("metaspace", metaspace);
    decoders.put("metaspace without prefix", metaspace.replace("always", "never"));
    decoders.put("metaspace at the first", metaspace.replace("always", "first"));
    decoders.put("byte fallback and metaspace", sequence(byteFallback, metaspace));
    decoders.put("fused metaspace", sequence(fuse, metaspace));
    decoders.put("end of word", bpe);
    decoders.put("end of word, fused", sequence(fuse, bpe));
    decoders.put("end of word and word piece", sequence(bpe, wordPiece));
    decoders.put("fused replacements", sequence(fuse, replace("aXX", "b"), replace("XX", "")));
    decoders.put("strip each token", sequence(strip(1, 1), fuse));
    decoders.put("strip the end", sequence(fuse, strip(1, 1)));
    decoders.put(
        "regular expression",
        sequence("{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"X+\"},\"content\":\"y\"}", fuse));
    decoders.put(
        "ctc",
        "{\"type\":\"CTC\",\"pad_token\":\"<pad>\",\"word_delimiter_token\":\"|\",\"cleanup\":true}");
    return decoders;
  }

  static String withDecoder(String name) {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    vocabulary.put("<unk>", 0);
    vocabulary.put("<pad>", 1);
    for (int value = 0; value < 256; value++) {
      vocabulary.put(String.format("<0x%02X>", value), vocabulary.size());
    }
    for (String token : TOKENS) {
      vocabulary.put(token, vocabulary.size());
    }
    List<Object> added = new ArrayList<>();
    added.add(new AddedToken("<unk>", false, false, false, false, true).toJson(0));
    added.add(new AddedToken("<pad>", false, false, false, false, true).toJson(1));
    added.add(
        new AddedToken("plain added", false, false, false, true, false).toJson(vocabulary.size()));
    return "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":"
        + Json.write(added)
        + ",\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"WhitespaceSplit\"},"
        + "\"post_processor\":null,\"decoder\":"
        + DECODERS.get(name)
        + ",\"model\":{\"type\":\"WordLevel\",\"vocab\":"
        + Json.write(vocabulary)
        + ",\"unk_token\":\"<unk>\"}}";
  }

  private static String sequence(String... decoders) {
    return "{\"type\":\"Sequence\",\"decoders\":[" + String.join(",", decoders) + "]}";
  }

  private static String replace(String pattern, String content) {
    return "{\"type\":\"Replace\",\"pattern\":{\"String\":\""
        + pattern
        + "\"},\"content\":\""
        + content
        + "\"}";
  }

  private static String strip(int start, int stop) {
    return "{\"type\":\"Strip\",\"content\":\" \",\"start\":" + start + ",\"stop\":" + stop + "}";
  }
}

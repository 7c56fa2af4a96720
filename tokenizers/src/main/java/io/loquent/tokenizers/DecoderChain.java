package io.loquent.tokenizers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of a tokenizer.json as stages through which tokens flow one by one, so that decoding
 * a sequence token by token costs the same for each and never needs to look back. Each stage is
 * defined by the decoder of the same name in the tokenizers library and gives the same text.
 */
final class DecoderChain {

  private final List<Stage> stages = new ArrayList<>();
  private boolean fused;
  private boolean known = true;
  private boolean stripsEnds;
  private boolean byteLevel;
  private boolean byteFallback;
  private boolean looksAhead;

  private DecoderChain() {}

  /**
   * Reads a decoder.
   *
   * @return the stages; empty if the definition has a part that cannot run piece by piece: a
   *     regular expression, bytes in fused text, or an unknown type
   */
  static Optional<DecoderChain> of(
      @Nullable Map<String, @Nullable Object> decoder, boolean cleanUpSpaces) {
    DecoderChain chain = new DecoderChain();
    if (decoder == null) {
      chain.addTokenStage((token, first) -> first ? token : " " + token);
    } else {
      chain.add(decoder);
    }
    if (cleanUpSpaces) {
      chain.stages.add(SpaceCleanup::before);
    }
    return chain.known ? Optional.of(chain) : Optional.empty();
  }

  /**
   * Whether the decoder strips the ends of tokens. Version 0.21 of the native library ends the
   * process when such a token consists of nothing else.
   */
  boolean stripsEnds() {
    return stripsEnds;
  }

  /** Whether each character of a token stands for a byte, and nothing else is done. */
  boolean isByteLevel() {
    return byteLevel && stages.size() == 1;
  }

  /** Whether tokens such as {@code <0xE2>} stand for a byte. */
  boolean hasByteFallback() {
    return byteFallback;
  }

  /** Whether what a token adds to the text depends on those behind it. */
  boolean looksAhead() {
    return looksAhead || stripsEnds || (byteLevel && !isByteLevel());
  }

  /** Starts decoding one sequence. */
  PieceSink into(PieceSink out) {
    PieceSink first = out;
    for (int i = stages.size() - 1; i >= 0; i--) {
      first = stages.get(i).before(first);
    }
    return first;
  }

  private void add(Map<String, @Nullable Object> decoder) {
    String type = JsonMembers.string(decoder, "type");
    switch (type == null ? "" : type) {
      case "Sequence" -> addSequence(decoder);
      case "ByteLevel" -> addByteLevel();
      case "ByteFallback" -> addByteFallback();
      case "Fuse" -> fused = true;
      case "Strip" -> addStrip(decoder);
      case "Replace" -> addReplace(decoder);
      case "Metaspace" -> addMetaspace(decoder);
      case "WordPiece" -> addWordPiece(decoder);
      case "BPEDecoder" -> addBpeSuffix(decoder);
      default -> known = false;
    }
  }

  private void addSequence(Map<String, @Nullable Object> decoder) {
    for (Object part : JsonMembers.list(decoder.get("decoders"))) {
      Map<String, @Nullable Object> inner = JsonMembers.object(part);
      if (inner == null) {
        known = false;
      } else {
        add(inner);
      }
    }
  }

  private void addByteLevel() {
    // Whether a fused text is byte-level is known only at its end.
    known &= !fused;
    stages.add(ByteLevelStage::new);
    byteLevel = true;
    fused = true;
  }

  private void addByteFallback() {
    known &= !fused;
    stages.add(ByteFallbackStage::new);
    byteFallback = true;
  }

  private void addStrip(Map<String, @Nullable Object> decoder) {
    String content = JsonMembers.string(decoder, "content");
    int start = (int) JsonMembers.number(decoder, "start", 0);
    int stop = (int) JsonMembers.number(decoder, "stop", 0);
    if (content == null || content.length() != 1) {
      known = false;
      return;
    }
    char stripped = content.charAt(0);
    stripsEnds |= stop > 0;
    if (fused) {
      stages.add(next -> new StripStage(stripped, start, stop, next));
    } else {
      addTokenStage((token, first) -> strip(token, stripped, start, stop));
    }
  }

  private void addReplace(Map<String, @Nullable Object> decoder) {
    Map<String, @Nullable Object> patterns = JsonMembers.object(decoder.get("pattern"));
    String pattern = patterns == null ? null : JsonMembers.string(patterns, "String");
    String content = JsonMembers.string(decoder, "content");
    if (pattern == null || pattern.isEmpty() || content == null) {
      known = false;
    } else {
      addReplace(pattern, content);
    }
  }

  private void addReplace(String pattern, String content) {
    if (fused) {
      stages.add(next -> new ReplaceStage(pattern, content, next));
      looksAhead |= pattern.length() > 1;
    } else {
      addTokenStage((token, first) -> token.replace(pattern, content));
    }
  }

  private void addMetaspace(Map<String, @Nullable Object> decoder) {
    String replacement = JsonMembers.string(decoder, "replacement");
    String scheme = JsonMembers.string(decoder, "prepend_scheme");
    boolean prepends =
        scheme == null
            ? JsonMembers.flag(decoder, "add_prefix_space", true)
            : !scheme.equals("never");
    if (replacement == null || replacement.isEmpty()) {
      known = false;
      return;
    }
    // A fused text is one token, and its first.
    boolean always = fused;
    addTokenStage(
        (token, first) -> token.replace(replacement, prepends && (always || first) ? "" : " "));
  }

  private void addWordPiece(Map<String, @Nullable Object> decoder) {
    String prefix = JsonMembers.string(decoder, "prefix");
    boolean cleanup = JsonMembers.flag(decoder, "cleanup", true);
    if (prefix == null) {
      known = false;
    } else if (!fused) {
      addTokenStage((token, first) -> wordPiece(token, first, prefix, cleanup));
    } else if (cleanup) {
      stages.add(SpaceCleanup::wordPieceBefore);
      looksAhead = true;
    }
  }

  private void addBpeSuffix(Map<String, @Nullable Object> decoder) {
    String suffix = JsonMembers.string(decoder, "suffix");
    if (suffix == null || suffix.isEmpty()) {
      known = false;
    } else if (fused) {
      addReplace(suffix, "");
    } else {
      stages.add(next -> new BpeSuffixStage(suffix, next));
      looksAhead = true;
    }
  }

  private void addTokenStage(TokenStage.Rewrite rewrite) {
    stages.add(next -> new TokenStage(rewrite, next));
  }

  private static String wordPiece(String token, boolean first, String prefix, boolean cleanup) {
    String text = token;
    if (!first) {
      text = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
    }
    return cleanup ? SpaceCleanup.ofWordPiece(text) : text;
  }

  private static String strip(String token, char stripped, int start, int stop) {
    int from = 0;
    while (from < Math.min(start, token.length()) && token.charAt(from) == stripped) {
      from++;
    }
    int to = token.length();
    while (to > from && token.length() - to < stop && token.charAt(to - 1) == stripped) {
      to--;
    }
    return token.substring(from, to);
  }

  /** Makes one stage for one sequence. */
  private interface Stage {
    PieceSink before(PieceSink next);
  }
}

package io.loquent.decoding.heads;

import java.util.ArrayList;
import java.util.List;

/**
 * What labels say about where entities begin and end: BIO, BIOES, BILOU and BMES, or types alone.
 * Immutable and thread-safe.
 */
final class TagScheme {

  private static final String BIO = "BI";
  private static final String ALL = "BIMELSU";
  private static final String LAST = "EL";
  private static final String SINGLE = "SU";

  private final List<Tag> tags;

  private TagScheme(List<Tag> tags) {
    this.tags = tags;
  }

  /**
   * What one label says.
   *
   * @param type the type of an entity
   * @param begins whether it begins one even behind one of the same type
   * @param ends whether nothing goes on with it
   */
  record Tag(String type, boolean begins, boolean ends) {}

  /** Reads labels. A single letter in front of a type may be a coincidence if none is a B. */
  static TagScheme of(List<String> labels) {
    boolean hasBeginnings = labels.stream().anyMatch(label -> label.startsWith("B-"));
    List<Tag> tags = new ArrayList<>();
    for (String label : labels) {
      tags.add(tag(label, hasBeginnings ? ALL : BIO));
    }
    return new TagScheme(tags);
  }

  private static Tag tag(String label, String prefixes) {
    boolean prefixed =
        label.length() > 2 && label.charAt(1) == '-' && prefixes.indexOf(label.charAt(0)) >= 0;
    if (!prefixed) {
      return new Tag(label, false, false);
    }
    char prefix = label.charAt(0);
    boolean single = SINGLE.indexOf(prefix) >= 0;
    return new Tag(
        label.substring(2), single || prefix == 'B', single || LAST.indexOf(prefix) >= 0);
  }

  /** What a label says. */
  Tag tag(int label) {
    return tags.get(label);
  }
}

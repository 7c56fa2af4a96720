package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fields to add to messages inside a model, and small messages to put in the place of others.
 * Nodes, inputs and outputs are repeated fields, and their order in the file is their order in the
 * list. What was there stays byte for byte, but for the lengths of the messages around a change.
 */
final class Additions {

  /** Arrays a little below the limit are the largest that every JVM can make. */
  private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8L;

  private final Map<Region, List<byte[]>> appended = new LinkedHashMap<>();
  private final Map<Region, byte[]> inserted = new LinkedHashMap<>();
  private final Map<Region, byte[]> replaced = new LinkedHashMap<>();
  private final Set<Region> removed = new LinkedHashSet<>();

  void append(Region message, MessageWriter fields) {
    appended.computeIfAbsent(message, r -> new ArrayList<>()).add(fields.toBytes());
    growAround(message);
  }

  /** Puts fields of the parent before a message, whose own field number must be below 16. */
  void insertBefore(Region message, MessageWriter fields) {
    inserted.put(message, fields.toBytes());
    growAround(message);
  }

  /** Puts another content in the place of a message's or a text's. */
  void replace(Region message, byte[] content) {
    replaced.put(message, content);
    growAround(message);
  }

  /** Takes a field out of its parent; its number must be below 16. */
  void remove(Region message) {
    removed.add(message);
    growAround(message);
  }

  private void growAround(Region message) {
    for (Region outer = message.parent(); outer != null; outer = outer.parent()) {
      appended.computeIfAbsent(outer, r -> new ArrayList<>());
    }
  }

  /** Whether the grown model still fits into one Java array. */
  static boolean fits(long modelBytes) {
    // Far more than a graph grows by.
    return modelBytes <= MAX_ARRAY_BYTES - (1 << 20);
  }

  /** Returns the model with everything appended, in an array of its own. */
  byte[] applyTo(ModelBytes model) {
    List<Splice> splices = splices();
    long size = model.size();
    for (Splice splice : splices) {
      size += splice.bytes.length - splice.replaced;
    }
    byte[] result = new byte[Math.toIntExact(size)];
    long from = 0;
    int to = 0;
    for (Splice splice : splices) {
      model.copy(from, splice.position, result, to);
      to += (int) (splice.position - from);
      System.arraycopy(splice.bytes, 0, result, to, splice.bytes.length);
      to += splice.bytes.length;
      from = splice.position + splice.replaced;
    }
    model.copy(from, model.size(), result, to);
    return result;
  }

  private List<Splice> splices() {
    List<Region> innerFirst = new ArrayList<>(appended.keySet());
    innerFirst.sort(Comparator.comparingInt(Region::depth).reversed());
    Map<Region, Long> growth = new LinkedHashMap<>();
    List<Splice> splices = new ArrayList<>();
    replaced.forEach(
        (region, content) -> {
          byte[] length = MessageWriter.varint(content.length);
          byte[] whole = Arrays.copyOf(length, length.length + content.length);
          System.arraycopy(content, 0, whole, length.length, content.length);
          int before = (int) (region.end() - region.lengthStart());
          splices.add(new Splice(region.lengthStart(), before, whole));
          grow(growth, region, whole.length - before);
        });
    inserted.forEach(
        (region, fields) -> {
          splices.add(new Splice(region.lengthStart() - 1, 0, fields));
          grow(growth, region, fields.length);
        });
    // After the insertions: where both are at one place, what is inserted stays.
    for (Region region : removed) {
      int before = (int) (region.end() - region.lengthStart()) + 1;
      splices.add(new Splice(region.lengthStart() - 1, before, new byte[0]));
      grow(growth, region, -before);
    }
    for (Region region : innerFirst) {
      long grown = growth.getOrDefault(region, 0L);
      for (byte[] fields : appended.getOrDefault(region, List.of())) {
        splices.add(new Splice(region.end(), 0, fields));
        grown += fields.length;
      }
      Region parent = region.parent();
      if (parent != null) {
        byte[] length = MessageWriter.varint(region.length() + grown);
        int before = (int) (region.start() - region.lengthStart());
        splices.add(new Splice(region.lengthStart(), before, length));
        growth.merge(parent, grown + length.length - before, Long::sum);
      }
    }
    // A stable sort: where messages end together, the inner one's fields come first.
    splices.sort(Comparator.comparingLong(s -> s.position));
    return splices;
  }

  private static void grow(Map<Region, Long> growth, Region inside, long bytes) {
    if (inside.parent() != null) {
      growth.merge(inside.parent(), bytes, Long::sum);
    }
  }

  private static final class Splice {

    private final long position;
    private final int replaced;
    private final byte[] bytes;

    private Splice(long position, int replaced, byte[] bytes) {
      this.position = position;
      this.replaced = replaced;
      this.bytes = bytes;
    }
  }
}

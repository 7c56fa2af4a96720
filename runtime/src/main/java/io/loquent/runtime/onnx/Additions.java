package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fields to append to messages inside a model. Appending is all that growing a graph takes: nodes
 * and outputs are repeated fields, and their order in the file is their order in the list. What was
 * there stays byte for byte, but for the lengths of the messages around an addition.
 */
final class Additions {

  /** Arrays a little below the limit are the largest that every JVM can make. */
  private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8L;

  private final Map<Region, List<byte[]>> appended = new LinkedHashMap<>();

  void append(Region message, MessageWriter fields) {
    appended.computeIfAbsent(message, r -> new ArrayList<>()).add(fields.toBytes());
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
    for (Region region : innerFirst) {
      long grown = growth.getOrDefault(region, 0L);
      for (byte[] fields : appended.getOrDefault(region, List.of())) {
        splices.add(new Splice(region.end(), 0, fields));
        grown += fields.length;
      }
      Region parent = region.parent();
      if (parent != null) {
        byte[] length = MessageWriter.varint(region.length() + grown);
        int replaced = (int) (region.start() - region.lengthStart());
        splices.add(new Splice(region.lengthStart(), replaced, length));
        growth.merge(parent, grown + length.length - replaced, Long::sum);
      }
    }
    // A stable sort: where messages end together, the inner one's fields come first.
    splices.sort(Comparator.comparingLong(s -> s.position));
    return splices;
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

package io.loquent.runtime.onnx;

import org.jspecify.annotations.Nullable;

/**
 * Where a message lies in a model file: its content is {@code [start, end)}, and the varint that
 * tells its length starts at {@code lengthStart}. The outermost message has neither parent nor
 * length.
 */
record Region(@Nullable Region parent, long lengthStart, long start, long end, int depth) {

  /** Deeper nesting than protobuf's own readers accept means garbage, or an attack. */
  static final int MAX_DEPTH = 100;

  static Region whole(long size) {
    return new Region(null, 0, 0, size, 0);
  }

  Region child(long childLengthStart, long childStart, long childEnd) {
    return new Region(this, childLengthStart, childStart, childEnd, depth + 1);
  }

  long length() {
    return end - start;
  }
}

package io.loquent.runtime.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the few fields of a small protobuf message. */
final class MessageWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static byte[] varint(long value) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    writeVarint(encoded, value);
    return encoded.toByteArray();
  }

  private static void writeVarint(ByteArrayOutputStream to, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      to.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    to.write((int) rest);
  }

  MessageWriter integer(int field, long value) {
    writeVarint(out, (long) field << 3);
    writeVarint(out, value);
    return this;
  }

  /** A 32-bit float. */
  MessageWriter real(int field, float value) {
    writeVarint(out, ((long) field << 3) | 5);
    int bits = Float.floatToIntBits(value);
    for (int i = 0; i < Float.BYTES; i++) {
      out.write(bits >>> (8 * i));
    }
    return this;
  }

  /** The same fields as another message has. */
  MessageWriter all(MessageWriter other) {
    byte[] fields = other.toBytes();
    out.write(fields, 0, fields.length);
    return this;
  }

  MessageWriter text(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  MessageWriter message(int field, MessageWriter message) {
    return bytes(field, message.toBytes());
  }

  MessageWriter bytes(int field, byte[] payload) {
    writeVarint(out, ((long) field << 3) | 2);
    writeVarint(out, payload.length);
    out.write(payload, 0, payload.length);
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }
}

package io.loquent.runtime.onnx;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Walks over the fields of one protobuf message, a cursor: {@link #next} steps to a field, the
 * other methods look at it. A payload is only touched when it is asked for. Anything that cannot be
 * protobuf ends in an error that names the file and the place.
 */
final class MessageReader {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  /** Names and paths; more than this is a sign of a broken file, and not worth the memory. */
  private static final int MAX_TEXT_BYTES = 1 << 20;

  private static final int MAX_VARINT_BYTES = 10;

  private final ModelBytes bytes;
  private final Region region;
  private long position;
  private int field;
  private int wireType;
  private long fieldStart;
  private long value;
  private long lengthStart;
  private long payloadStart;

  MessageReader(ModelBytes bytes, Region region) {
    if (region.depth() > Region.MAX_DEPTH) {
      throw bytes.corrupt(region.start(), "messages nested too deeply");
    }
    this.bytes = bytes;
    this.region = region;
    this.position = region.start();
  }

  /** Steps to the next field; false at the end of the message. */
  boolean next() {
    if (position >= region.end()) {
      return false;
    }
    fieldStart = position;
    long tag = readVarint();
    wireType = (int) (tag & 7);
    long number = tag >>> 3;
    if (number == 0 || number > 0x1FFF_FFFFL) {
      throw bytes.corrupt(fieldStart, "invalid field number " + number);
    }
    field = (int) number;
    lengthStart = position;
    switch (wireType) {
      case VARINT -> {
        value = readVarint();
        payloadStart = position;
      }
      case FIXED64 -> skip(8);
      case LENGTH_DELIMITED -> {
        long length = readVarint();
        skip(length);
      }
      case FIXED32 -> skip(4);
      default -> throw bytes.corrupt(fieldStart, "invalid wire type " + wireType);
    }
    return true;
  }

  private void skip(long length) {
    if (length < 0 || length > region.end() - position) {
      String found = Long.toUnsignedString(length) + " bytes announced, ";
      throw bytes.corrupt(fieldStart, found + (region.end() - position) + " left");
    }
    payloadStart = position;
    position += length;
  }

  private long readVarint() {
    long start = position;
    long result = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      if (position >= region.end()) {
        throw bytes.corrupt(start, "a number that does not end");
      }
      int next = bytes.at(position++);
      result |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        return result;
      }
    }
    throw bytes.corrupt(start, "a number longer than " + MAX_VARINT_BYTES + " bytes");
  }

  /** The number of the current field. */
  int field() {
    return field;
  }

  /** Whether the current field is an integer. */
  boolean isInteger() {
    return wireType == VARINT;
  }

  /** The current field as an integer. */
  long integer() {
    expect(VARINT, "a number");
    return value;
  }

  /** The current field as a 32-bit float. */
  float real() {
    expect(FIXED32, "a 32-bit number");
    int bits = 0;
    for (int i = Float.BYTES - 1; i >= 0; i--) {
      bits = bits << 8 | bytes.at(payloadStart + i);
    }
    return Float.intBitsToFloat(bits);
  }

  /** The current field as a message of its own. */
  Region message() {
    expect(LENGTH_DELIMITED, "a message");
    return region.child(lengthStart, payloadStart, position);
  }

  /** A reader over the current field as a message. */
  MessageReader open() {
    return new MessageReader(bytes, message());
  }

  /** The current field as text. */
  String text() {
    expect(LENGTH_DELIMITED, "text");
    long length = position - payloadStart;
    if (length > MAX_TEXT_BYTES) {
      throw bytes.corrupt(fieldStart, "a name of " + length + " bytes");
    }
    byte[] encoded = new byte[(int) length];
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = (byte) bytes.at(payloadStart + i);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString();
    } catch (CharacterCodingException e) {
      throw bytes.corrupt(fieldStart, "a name that is not UTF-8");
    }
  }

  /** Each integer of a repeated field, whether written one by one or packed. */
  void eachInteger(LongConsumer consumer) {
    if (wireType == VARINT) {
      consumer.accept(value);
      return;
    }
    MessageReader packed = new MessageReader(bytes, message());
    while (packed.position < packed.region.end()) {
      packed.fieldStart = packed.position;
      consumer.accept(packed.readVarint());
    }
  }

  private void expect(int expected, String what) {
    if (wireType != expected) {
      throw bytes.corrupt(fieldStart, "wire type " + wireType + " where " + what + " belongs");
    }
  }
}

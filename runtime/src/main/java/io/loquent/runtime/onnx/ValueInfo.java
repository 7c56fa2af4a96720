package io.loquent.runtime.onnx;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Writes what a graph declares about an input or output. */
final class ValueInfo {

  private ValueInfo() {}

  /** An int64 tensor {@code [batch, picked, 1]}. */
  static MessageWriter positions(String name) {
    MessageWriter shape =
        new MessageWriter()
            .message(Fields.SHAPE_DIMENSION, named("batch_size"))
            .message(Fields.SHAPE_DIMENSION, named("picked_positions"))
            .message(Fields.SHAPE_DIMENSION, fixed(1));
    return info(name, Fields.TYPE_INT64, shape);
  }

  /** A tensor {@code [batch, heads, length, headSize]} of any batch and length. */
  static MessageWriter cache(String name, int type, long heads, long headSize) {
    MessageWriter shape =
        new MessageWriter()
            .message(Fields.SHAPE_DIMENSION, named("batch_size"))
            .message(Fields.SHAPE_DIMENSION, fixed(heads))
            .message(Fields.SHAPE_DIMENSION, named("length"))
            .message(Fields.SHAPE_DIMENSION, fixed(headSize));
    return info(name, type, shape);
  }

  /** A vector of a fixed length. */
  static MessageWriter vector(String name, int type, long length) {
    MessageWriter shape = new MessageWriter().message(Fields.SHAPE_DIMENSION, fixed(length));
    return info(name, type, shape);
  }

  /** A tensor whose type ONNX Runtime infers: a stated one could only be wrong. */
  static MessageWriter untyped(String name) {
    return new MessageWriter().text(Fields.VALUE_INFO_NAME, name);
  }

  private static MessageWriter info(String name, int type, MessageWriter shape) {
    MessageWriter tensor =
        new MessageWriter()
            .integer(Fields.TENSOR_TYPE_ELEMENT, type)
            .message(Fields.TENSOR_TYPE_SHAPE, shape);
    return new MessageWriter()
        .text(Fields.VALUE_INFO_NAME, name)
        .message(Fields.VALUE_INFO_TYPE, new MessageWriter().message(Fields.TYPE_TENSOR, tensor));
  }

  /** A tensor of a type and any shape. */
  static MessageWriter anyShape(String name, int type) {
    MessageWriter tensor = new MessageWriter().integer(Fields.TENSOR_TYPE_ELEMENT, type);
    return new MessageWriter()
        .text(Fields.VALUE_INFO_NAME, name)
        .message(Fields.VALUE_INFO_TYPE, new MessageWriter().message(Fields.TYPE_TENSOR, tensor));
  }

  /** The element type that a declaration names; 0 if it names none. */
  static int type(ModelBytes bytes, Region info) {
    int[] found = new int[1];
    eachInTensor(
        bytes,
        info,
        reader -> {
          if (reader.field() == Fields.TENSOR_TYPE_ELEMENT) {
            found[0] = (int) reader.integer();
          }
        });
    return found[0];
  }

  /** The dimensions that a declaration names; -1 where they are free. */
  static List<Long> shape(ModelBytes bytes, Region info) {
    List<Long> shape = new ArrayList<>();
    eachInTensor(
        bytes,
        info,
        reader -> {
          if (reader.field() == Fields.TENSOR_TYPE_SHAPE) {
            MessageReader dimensions = reader.open();
            while (dimensions.next()) {
              if (dimensions.field() == Fields.SHAPE_DIMENSION) {
                shape.add(dimension(dimensions.open()));
              }
            }
          }
        });
    return shape;
  }

  private static long dimension(MessageReader reader) {
    long value = -1;
    while (reader.next()) {
      if (reader.field() == Fields.DIMENSION_VALUE) {
        value = reader.integer();
      }
    }
    return value;
  }

  private static void eachInTensor(ModelBytes bytes, Region info, Consumer<MessageReader> visitor) {
    MessageReader infos = new MessageReader(bytes, info);
    while (infos.next()) {
      if (infos.field() == Fields.VALUE_INFO_TYPE) {
        MessageReader types = infos.open();
        while (types.next()) {
          if (types.field() == Fields.TYPE_TENSOR) {
            MessageReader tensors = types.open();
            while (tensors.next()) {
              visitor.accept(tensors);
            }
          }
        }
      }
    }
  }

  private static MessageWriter fixed(long dimension) {
    return new MessageWriter().integer(Fields.DIMENSION_VALUE, dimension);
  }

  private static MessageWriter named(String dimension) {
    return new MessageWriter().text(Fields.DIMENSION_NAME, dimension);
  }

  /**
   * The same declaration with one axis free. A declared length that is no longer the real one would
   * make ONNX Runtime's memory planner believe in equal shapes that are not.
   */
  static byte[] withFreeAxis(ModelBytes bytes, Region info, int axis, String dimension) {
    return rewrite(
        bytes,
        info,
        Fields.VALUE_INFO_TYPE,
        type ->
            rewrite(
                bytes,
                type,
                Fields.TYPE_TENSOR,
                tensor ->
                    rewrite(
                        bytes,
                        tensor,
                        Fields.TENSOR_TYPE_SHAPE,
                        shape -> freeAxis(bytes, shape, axis, dimension))));
  }

  /** The same declaration of a tensor with another name. */
  static byte[] renamed(ModelBytes bytes, Region info, String name) {
    return rewrite(
        bytes, info, Fields.VALUE_INFO_NAME, region -> name.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] freeAxis(ModelBytes bytes, Region shape, int axis, String dimension) {
    MessageWriter result = new MessageWriter();
    int count = 0;
    MessageReader reader = new MessageReader(bytes, shape);
    while (reader.next()) {
      if (reader.field() == Fields.SHAPE_DIMENSION) {
        if (count++ == axis) {
          result.message(Fields.SHAPE_DIMENSION, named(dimension));
        } else {
          result.bytes(Fields.SHAPE_DIMENSION, bytes.content(reader.message()));
        }
      }
    }
    return result.toBytes();
  }

  /** Changes the content of one field of a message; the few fields of these messages are kept. */
  private static byte[] rewrite(
      ModelBytes bytes, Region message, int field, Function<Region, byte[]> change) {
    MessageWriter result = new MessageWriter();
    MessageReader reader = new MessageReader(bytes, message);
    while (reader.next()) {
      if (reader.field() == field) {
        result.bytes(field, change.apply(reader.message()));
      } else if (reader.isInteger()) {
        result.integer(reader.field(), reader.integer());
      } else {
        result.bytes(reader.field(), bytes.content(reader.message()));
      }
    }
    return result.toBytes();
  }
}

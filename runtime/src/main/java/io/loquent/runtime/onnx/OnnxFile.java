package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads what surrounds the weights of a model file of any size; the weights are stepped over. For
 * one thread and one file.
 */
public final class OnnxFile {

  /** The level of {@code MatMulNBits} at which it computes with activations of 8 bits. */
  private static final long ACCURACY_INT8 = 4;

  private final ModelBytes bytes;
  private final Map<String, Long> opsets = new TreeMap<>();
  private final Set<String> outputs = new LinkedHashSet<>();
  private final Set<String> operators = new TreeSet<>();
  private final Map<String, Long> externalFiles = new TreeMap<>();
  private long inlineWeightBytes;
  private boolean nestedConstants;
  private boolean quantizesActivations;

  /** How many nested graphs the reader is in. */
  private int nesting;

  private long irVersion;
  private String producerName = "";
  private String producerVersion = "";

  private OnnxFile(ModelBytes bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a model file.
   *
   * @param file the model
   * @return what it is made of
   * @throws ModelLoadException if the file cannot be read, is truncated or no ONNX model; a file
   *     that ends exactly behind a complete model is not told from that model
   */
  public static OnnxSummary read(Path file) {
    try (ModelBytes bytes = ModelBytes.open(file)) {
      return new OnnxFile(bytes).read();
    }
  }

  /**
   * Reads a model in memory.
   *
   * @param name what messages call it
   * @param model the bytes
   * @return what it is made of
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static OnnxSummary read(String name, byte[] model) {
    try (ModelBytes bytes = ModelBytes.of(name, model)) {
      return new OnnxFile(bytes).read();
    }
  }

  /** Finds the main graph of a model, and checks that the model is complete. */
  static Region graphOf(ModelBytes bytes) {
    Region graph = null;
    boolean opset = false;
    MessageReader reader = new MessageReader(bytes, Region.whole(bytes.size()));
    while (reader.next()) {
      if (reader.field() == Fields.MODEL_GRAPH) {
        if (graph != null) {
          throw bytes.corrupt(reader.message().start(), "a second graph");
        }
        graph = reader.message();
      }
      opset |= reader.field() == Fields.MODEL_OPSET_IMPORT;
    }
    return complete(bytes, graph, opset);
  }

  private static Region complete(ModelBytes bytes, @Nullable Region graph, boolean opset) {
    if (graph == null) {
      throw bytes.corrupt(bytes.size(), "no graph");
    }
    if (!opset) {
      throw bytes.corrupt(bytes.size(), "no operator set");
    }
    return graph;
  }

  private OnnxSummary read() {
    Region graph = graphOf(bytes);
    MessageReader reader = new MessageReader(bytes, Region.whole(bytes.size()));
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.MODEL_IR_VERSION -> irVersion = reader.integer();
        case Fields.MODEL_PRODUCER_NAME -> producerName = reader.text();
        case Fields.MODEL_PRODUCER_VERSION -> producerVersion = reader.text();
        case Fields.MODEL_OPSET_IMPORT -> readOpset(reader.open(), opsets);
        case Fields.MODEL_FUNCTIONS -> readFunction(reader.open());
        default -> {}
      }
    }
    readGraph(new MessageReader(bytes, graph));
    String version = producerVersion.isEmpty() ? "" : " " + producerVersion;
    return new OnnxSummary(
        irVersion,
        producerName + version,
        Collections.unmodifiableMap(opsets),
        Collections.unmodifiableSet(outputs),
        Collections.unmodifiableSet(operators),
        Collections.unmodifiableMap(externalFiles),
        inlineWeightBytes,
        nestedConstants,
        quantizesActivations);
  }

  /** The version of each operator set, by domain. */
  static Map<String, Long> opsets(ModelBytes bytes) {
    Map<String, Long> opsets = new TreeMap<>();
    MessageReader reader = new MessageReader(bytes, Region.whole(bytes.size()));
    while (reader.next()) {
      if (reader.field() == Fields.MODEL_OPSET_IMPORT) {
        readOpset(reader.open(), opsets);
      }
    }
    return opsets;
  }

  private static void readOpset(MessageReader reader, Map<String, Long> opsets) {
    String domain = "";
    long version = 0;
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.OPSET_DOMAIN -> domain = reader.text();
        case Fields.OPSET_VERSION -> version = reader.integer();
        default -> {}
      }
    }
    opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
  }

  private void readFunction(MessageReader reader) {
    while (reader.next()) {
      if (reader.field() == Fields.FUNCTION_NODE) {
        readNode(reader.open());
      }
    }
  }

  private void readGraph(MessageReader reader) {
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.GRAPH_NODE -> readNode(reader.open());
        case Fields.GRAPH_INITIALIZER -> readTensor(reader.message());
        case Fields.GRAPH_SPARSE_INITIALIZER -> readSparseTensor(reader.open());
        case Fields.GRAPH_OUTPUT -> {
          if (nesting == 0) {
            outputs.add(readName(reader.open()));
          }
        }
        default -> {}
      }
    }
  }

  private static String readName(MessageReader valueInfo) {
    String name = "";
    while (valueInfo.next()) {
      if (valueInfo.field() == Fields.VALUE_INFO_NAME) {
        name = valueInfo.text();
      }
    }
    return name;
  }

  private void readNode(MessageReader reader) {
    String type = "";
    String domain = "";
    long accuracyLevel = 0;
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.NODE_OP_TYPE -> type = reader.text();
        case Fields.NODE_DOMAIN -> domain = reader.text();
        case Fields.NODE_ATTRIBUTE ->
            accuracyLevel = Math.max(accuracyLevel, readAttribute(reader.open()));
        default -> {}
      }
    }
    operators.add(OnnxNode.qualified(domain, type));
    quantizesActivations |=
        type.startsWith("DynamicQuantize")
            || (type.equals("MatMulNBits") && accuracyLevel == ACCURACY_INT8);
  }

  /** Returns the accuracy level, if that is what the attribute says. */
  private long readAttribute(MessageReader reader) {
    String name = "";
    long value = 0;
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.ATTRIBUTE_NAME -> name = reader.text();
        case Fields.ATTRIBUTE_INT -> value = reader.integer();
        case Fields.ATTRIBUTE_GRAPH, Fields.ATTRIBUTE_GRAPHS -> {
          nesting++;
          readGraph(reader.open());
          nesting--;
        }
        case Fields.ATTRIBUTE_TENSOR, Fields.ATTRIBUTE_TENSORS -> readTensor(reader.message());
        case Fields.ATTRIBUTE_SPARSE_TENSOR -> readSparseTensor(reader.open());
        default -> {}
      }
    }
    return name.equals("accuracy_level") ? value : 0;
  }

  private void readSparseTensor(MessageReader reader) {
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.SPARSE_TENSOR_VALUES, Fields.SPARSE_TENSOR_INDICES ->
            readTensor(reader.message());
        default -> {}
      }
    }
  }

  private void readTensor(Region tensor) {
    nestedConstants |= nesting > 0;
    String location = "";
    long offset = 0;
    long length = 0;
    boolean external = false;
    MessageReader reader = new MessageReader(bytes, tensor);
    while (reader.next()) {
      if (reader.field() == Fields.TENSOR_EXTERNAL_DATA) {
        external = true;
        String[] entry = readEntry(reader.open());
        switch (entry[0]) {
          case "location" -> location = entry[1];
          case "offset" -> offset = byteCount(tensor, entry[1]);
          case "length" -> length = byteCount(tensor, entry[1]);
          default -> {}
        }
      }
    }
    if (!external) {
      inlineWeightBytes += tensor.length();
    } else if (!location.isEmpty()) {
      externalFiles.merge(location, offset + length, Math::max);
    }
  }

  private long byteCount(Region tensor, String text) {
    try {
      long count = Long.parseLong(text);
      // Half the range each, so that offset and length can be added.
      if (count >= 0 && count <= Long.MAX_VALUE / 2) {
        return count;
      }
    } catch (NumberFormatException ignored) {
      // Reported below, like a number out of range.
    }
    throw bytes.corrupt(tensor.start(), "'" + text + "' where a number of bytes belongs");
  }

  private static String[] readEntry(MessageReader reader) {
    String[] entry = {"", ""};
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.ENTRY_KEY -> entry[0] = reader.text();
        case Fields.ENTRY_VALUE -> entry[1] = reader.text();
        default -> {}
      }
    }
    return entry;
  }
}

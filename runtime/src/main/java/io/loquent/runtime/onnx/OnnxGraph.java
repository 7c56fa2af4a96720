package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The wiring of one graph: who computes which tensor. Weights are known by name only. */
final class OnnxGraph {

  /** Operators that compute a constant from constants on the way from a weight to its use. */
  private static final int MAX_CONSTANT_STEPS = 16;

  private final ModelBytes bytes;
  private final Region region;
  private final @Nullable OnnxGraph outer;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Map<String, Region> initializers = new HashMap<>();
  private final Map<String, Region> inputs = new LinkedHashMap<>();
  private final List<String> outputs = new ArrayList<>();
  private final List<Region> outputInfos = new ArrayList<>();

  OnnxGraph(ModelBytes bytes, Region region, @Nullable OnnxGraph outer) {
    this.bytes = bytes;
    this.region = region;
    this.outer = outer;
    MessageReader reader = new MessageReader(bytes, region);
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.GRAPH_NODE -> {
          OnnxNode node = OnnxNode.read(bytes, reader.message());
          nodes.add(node);
          node.outputs().forEach(output -> producers.put(output, node));
        }
        case Fields.GRAPH_INITIALIZER ->
            initializers.put(textField(reader.open(), Fields.TENSOR_NAME), reader.message());
        case Fields.GRAPH_INPUT ->
            inputs.put(textField(reader.open(), Fields.VALUE_INFO_NAME), reader.message());
        case Fields.GRAPH_OUTPUT -> {
          outputs.add(textField(reader.open(), Fields.VALUE_INFO_NAME));
          outputInfos.add(reader.message());
        }
        default -> {}
      }
    }
  }

  private static String textField(MessageReader reader, int field) {
    String found = "";
    while (reader.next()) {
      if (reader.field() == field) {
        found = reader.text();
      }
    }
    return found;
  }

  ModelBytes bytes() {
    return bytes;
  }

  Region region() {
    return region;
  }

  /** The graph's nodes, in order: each after those it reads from. */
  List<OnnxNode> nodes() {
    return nodes;
  }

  /** What the graph declares about its inputs, by name. */
  Map<String, Region> inputs() {
    return inputs;
  }

  /** A weight of this very graph; null if there is none of that name. */
  @Nullable Region initializer(String tensor) {
    return initializers.get(tensor);
  }

  /** The weights of this very graph, by name. */
  Map<String, Region> initializers() {
    return initializers;
  }

  /** Names of the graph's outputs, in order. */
  List<String> outputs() {
    return outputs;
  }

  /** What the graph declares about an output. */
  Region outputInfo(String output) {
    return outputInfos.get(outputs.indexOf(output));
  }

  /**
   * The node of this very graph that computes a tensor; null for inputs, weights and outer ones.
   */
  @Nullable OnnxNode producer(String tensor) {
    return producers.get(tensor);
  }

  /**
   * Whether a tensor is the same at every call: a weight, or computed from weights alone. Scale and
   * zero point of a dynamically quantized activation count too, one number for the whole call.
   */
  boolean isConstant(String tensor) {
    return isConstant(tensor, MAX_CONSTANT_STEPS);
  }

  private boolean isConstant(String tensor, int steps) {
    if (tensor.isEmpty() || initializers.containsKey(tensor)) {
      return true;
    }
    OnnxNode node = producers.get(tensor);
    if (node == null) {
      return outer != null && outer.isConstant(tensor, steps);
    }
    if (node.operator().equals("DynamicQuantizeLinear")) {
      return node.outputs().indexOf(tensor) > 0;
    }
    return steps > 0
        && ConstantOperators.NAMES.contains(node.operator())
        && node.inputs().stream().allMatch(input -> isConstant(input, steps - 1));
  }

  /** The few integers of a constant tensor; null if it is computed, large or kept elsewhere. */
  long @Nullable [] constantIntegers(String tensor) {
    Region initializer = initializers.get(tensor);
    if (initializer != null) {
      return ConstantTensor.integers(bytes, initializer);
    }
    OnnxNode node = producers.get(tensor);
    if (node == null) {
      return outer == null ? null : outer.constantIntegers(tensor);
    }
    Region value = node.attributeMessage(bytes, "value", Fields.ATTRIBUTE_TENSOR);
    return value == null || !node.operator().equals("Constant")
        ? null
        : ConstantTensor.integers(bytes, value);
  }
}

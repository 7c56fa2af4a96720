package io.loquent.samples.benchmarks.graph;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds one ONNX graph, node by node, in the order in which the nodes run. Confined to one thread.
 */
public final class GraphBuilder {

  /** The domain of ONNX Runtime's own operators. */
  public static final String MICROSOFT = "com.microsoft";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 18;

  private final WeightFile weights;
  private final List<Message> nodes = new ArrayList<>();
  private final List<Message> initializers = new ArrayList<>();
  private final List<Message> inputs = new ArrayList<>();
  private final List<Message> outputs = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private String scope = "";

  /**
   * Creates an empty graph.
   *
   * @param weights the file that {@link #weight} refers to
   */
  public GraphBuilder(WeightFile weights) {
    this.weights = weights;
  }

  /**
   * Names the part of the model that the next nodes belong to; their names begin with it.
   *
   * @param name such as {@code /model/layers.0/mlp}
   */
  public void scope(String name) {
    scope = name;
  }

  /**
   * Declares an input.
   *
   * @param name its name
   * @param type its element type
   * @param dimensions whole numbers, or names of free dimensions
   */
  public void input(String name, ElementType type, Object... dimensions) {
    inputs.add(valueInfo(name, type, dimensions));
  }

  /**
   * Declares an output.
   *
   * @param name its name, which a node must give to one of its outputs
   * @param type its element type
   * @param dimensions whole numbers, or names of free dimensions
   */
  public void output(String name, ElementType type, Object... dimensions) {
    outputs.add(valueInfo(name, type, dimensions));
  }

  /**
   * Uses a tensor of the weight file.
   *
   * @param name its name there
   * @return its name
   */
  public String weight(String name) {
    if (known.add(name)) {
      initializers.add(weights.reference(name));
    }
    return name;
  }

  /**
   * Adds a constant vector.
   *
   * @param values its elements
   * @return its name
   */
  public String vector(long... values) {
    return constant(ElementType.INT64, raw(values), new int[] {values.length}, values);
  }

  /**
   * Adds a constant without dimensions.
   *
   * @param value its only element
   * @return its name
   */
  public String scalar(long value) {
    return constant(ElementType.INT64, raw(value), new int[0], value);
  }

  /**
   * Adds a constant without dimensions.
   *
   * @param value its only element
   * @return its name
   */
  public String scalar(float value) {
    return constant(ElementType.FLOAT, raw(value), new int[0], value);
  }

  /**
   * Adds a constant signed byte without dimensions.
   *
   * @param value its only element
   * @return its name
   */
  public String scalar(byte value) {
    return constant(ElementType.INT8, new byte[] {value}, new int[0], value);
  }

  /**
   * Adds a small constant tensor, kept in the graph itself.
   *
   * @param name its name
   * @param values its elements, row by row
   * @param shape its dimensions
   * @return its name
   */
  public String floats(String name, float[] values, int... shape) {
    if (known.add(name)) {
      initializers.add(tensor(ElementType.FLOAT, raw(values), shape).text(8, name));
    }
    return name;
  }

  /**
   * Starts a node.
   *
   * @param operator its operator
   * @param operands names of its inputs; empty for one that is left out
   * @return the node, which joins the graph when its outputs are asked for
   */
  public Node node(String operator, String... operands) {
    return new Node(operator, operands);
  }

  /**
   * Adds a node without attributes that has one output.
   *
   * @param operator its operator
   * @param operands names of its inputs
   * @return the name of its output
   */
  public String op(String operator, String... operands) {
    return node(operator, operands).output();
  }

  /**
   * Writes the graph as a model file.
   *
   * @param file where
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    Message graph = new Message();
    nodes.forEach(node -> graph.message(1, node));
    graph.text(2, "main_graph");
    initializers.forEach(initializer -> graph.message(5, initializer));
    inputs.forEach(input -> graph.message(11, input));
    outputs.forEach(output -> graph.message(12, output));
    Message model =
        new Message()
            .integer(1, IR_VERSION)
            .text(2, "loquent-benchmarks")
            .message(7, graph)
            .message(8, new Message().text(1, "").integer(2, OPSET))
            .message(8, new Message().text(1, MICROSOFT).integer(2, 1));
    Files.write(file, model.toBytes());
  }

  private String freshName(String operator) {
    String base = scope + "/" + operator;
    int count = counts.merge(base, 1, Integer::sum) - 1;
    return count == 0 ? base : base + "_" + count;
  }

  private String constant(ElementType type, byte[] raw, int[] shape, Object value) {
    String shown = value instanceof long[] longs ? Arrays.toString(longs) : String.valueOf(value);
    String name = "const_" + type + shown.replaceAll("[\\[\\], ]+", "_");
    if (known.add(name)) {
      initializers.add(tensor(type, raw, shape).text(8, name));
    }
    return name;
  }

  private static Message tensor(ElementType type, byte[] raw, int... shape) {
    Message message = new Message();
    for (int dimension : shape) {
      message.integer(1, dimension);
    }
    return message.integer(2, type.number).bytes(9, raw);
  }

  private static byte[] raw(long... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asLongBuffer().put(values);
    return buffer.array();
  }

  private static byte[] raw(float... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  private static Message valueInfo(String name, ElementType type, Object... dimensions) {
    Message shape = new Message();
    for (Object dimension : dimensions) {
      shape.message(
          1,
          dimension instanceof Number number
              ? new Message().integer(1, number.longValue())
              : new Message().text(2, dimension.toString()));
    }
    Message tensor = new Message().integer(1, type.number).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** A node that is not in the graph yet. */
  public final class Node {
    private final String operator;
    private final String[] operands;
    private final List<Message> attributes = new ArrayList<>();
    private String domain = "";

    private Node(String operator, String... operands) {
      this.operator = operator;
      this.operands = operands;
    }

    /**
     * Takes the operator from ONNX Runtime's own domain.
     *
     * @return this node
     */
    public Node microsoft() {
      domain = MICROSOFT;
      return this;
    }

    /**
     * Sets an attribute to a whole number.
     *
     * @param name its name
     * @param value its value
     * @return this node
     */
    public Node with(String name, long value) {
      attributes.add(new Message().text(1, name).integer(3, value).integer(20, 2));
      return this;
    }

    /**
     * Sets an attribute to a real number.
     *
     * @param name its name
     * @param value its value
     * @return this node
     */
    public Node with(String name, float value) {
      attributes.add(new Message().text(1, name).real(2, value).integer(20, 1));
      return this;
    }

    /**
     * Sets an attribute to a list of whole numbers.
     *
     * @param name its name
     * @param values its values
     * @return this node
     */
    public Node withAll(String name, long... values) {
      Message attribute = new Message().text(1, name);
      for (long value : values) {
        attribute.integer(8, value);
      }
      attributes.add(attribute.integer(20, 7));
      return this;
    }

    /**
     * Sets an attribute to a tensor of one whole number.
     *
     * @param name its name
     * @param value its value
     * @return this node
     */
    public Node withTensor(String name, long value) {
      Message tensor = tensor(ElementType.INT64, raw(value), 1);
      attributes.add(new Message().text(1, name).message(5, tensor).integer(20, 4));
      return this;
    }

    /**
     * Adds the node.
     *
     * @return the name of its only output
     */
    public String output() {
      return outputs(1)[0];
    }

    /**
     * Adds the node.
     *
     * @param count how many outputs it has
     * @return their names
     */
    public String[] outputs(int count) {
      String name = freshName(operator);
      String[] names = new String[count];
      for (int i = 0; i < count; i++) {
        names[i] = name + "_output_" + i;
      }
      return add(name, names);
    }

    /**
     * Adds the node.
     *
     * @param names of its outputs; empty for one that is left out
     * @return the names
     */
    public String[] as(String... names) {
      return add(freshName(operator), names);
    }

    private String[] add(String name, String... names) {
      Message node = new Message();
      for (String operand : operands) {
        node.text(1, operand);
      }
      for (String output : names) {
        node.text(2, output);
      }
      node.text(3, name).text(4, operator);
      attributes.forEach(attribute -> node.message(5, attribute));
      nodes.add(node.text(7, domain));
      return names;
    }
  }
}

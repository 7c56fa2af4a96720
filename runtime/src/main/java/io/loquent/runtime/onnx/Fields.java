package io.loquent.runtime.onnx;

/** Field numbers of onnx.proto, as far as they are read or written here. */
final class Fields {

  private Fields() {}

  static final int MODEL_IR_VERSION = 1;
  static final int MODEL_PRODUCER_NAME = 2;
  static final int MODEL_PRODUCER_VERSION = 3;
  static final int MODEL_GRAPH = 7;
  static final int MODEL_OPSET_IMPORT = 8;
  static final int MODEL_FUNCTIONS = 25;

  static final int OPSET_DOMAIN = 1;
  static final int OPSET_VERSION = 2;

  static final int FUNCTION_NODE = 7;

  static final int GRAPH_NODE = 1;
  static final int GRAPH_NAME = 2;
  static final int GRAPH_INITIALIZER = 5;
  static final int GRAPH_INPUT = 11;
  static final int GRAPH_OUTPUT = 12;
  static final int GRAPH_SPARSE_INITIALIZER = 15;

  static final int VALUE_INFO_NAME = 1;
  static final int VALUE_INFO_TYPE = 2;

  static final int TYPE_TENSOR = 1;
  static final int TENSOR_TYPE_ELEMENT = 1;
  static final int TENSOR_TYPE_SHAPE = 2;
  static final int SHAPE_DIMENSION = 1;
  static final int DIMENSION_VALUE = 1;
  static final int DIMENSION_NAME = 2;

  static final int NODE_INPUT = 1;
  static final int NODE_OUTPUT = 2;
  static final int NODE_NAME = 3;
  static final int NODE_OP_TYPE = 4;
  static final int NODE_ATTRIBUTE = 5;
  static final int NODE_DOMAIN = 7;

  static final int ATTRIBUTE_NAME = 1;
  static final int ATTRIBUTE_FLOAT = 2;
  static final int ATTRIBUTE_INT = 3;
  static final int ATTRIBUTE_TENSOR = 5;
  static final int ATTRIBUTE_GRAPH = 6;
  static final int ATTRIBUTE_INTS = 8;
  static final int ATTRIBUTE_TENSORS = 10;
  static final int ATTRIBUTE_GRAPHS = 11;
  static final int ATTRIBUTE_TYPE = 20;
  static final int ATTRIBUTE_SPARSE_TENSOR = 22;

  static final int SPARSE_TENSOR_VALUES = 1;
  static final int SPARSE_TENSOR_INDICES = 2;

  static final int TENSOR_DIMS = 1;
  static final int TENSOR_DATA_TYPE = 2;
  static final int TENSOR_FLOAT_DATA = 4;
  static final int TENSOR_INT64_DATA = 7;
  static final int TENSOR_NAME = 8;
  static final int TENSOR_RAW_DATA = 9;
  static final int TENSOR_EXTERNAL_DATA = 13;

  static final int ENTRY_KEY = 1;
  static final int ENTRY_VALUE = 2;

  /** {@code TensorProto.DataType.FLOAT}. */
  static final int TYPE_FLOAT = 1;

  /** {@code TensorProto.DataType.FLOAT16}. */
  static final int TYPE_FLOAT16 = 10;

  /** {@code TensorProto.DataType.INT32}. */
  static final int TYPE_INT32 = 6;

  /** {@code TensorProto.DataType.INT64}. */
  static final int TYPE_INT64 = 7;

  static final int TYPE_BOOL = 9;

  /** {@code AttributeProto.AttributeType.FLOAT}. */
  static final int ATTRIBUTE_IS_FLOAT = 1;

  /** {@code AttributeProto.AttributeType.INTS}. */
  static final int ATTRIBUTE_IS_INTS = 7;

  /** {@code AttributeProto.AttributeType.INT}. */
  static final int ATTRIBUTE_IS_INT = 2;

  /** {@code AttributeProto.AttributeType.TENSOR}. */
  static final int ATTRIBUTE_IS_TENSOR = 4;

  /** {@code AttributeProto.AttributeType.GRAPH}. */
  static final int ATTRIBUTE_IS_GRAPH = 5;
}

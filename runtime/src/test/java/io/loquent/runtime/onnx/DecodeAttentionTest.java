package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.common.primitives.Bytes;
import com.google.common.primitives.Ints;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention of one new token as matrix products, against the operator as it is. */
final class DecodeAttentionTest {

  private static final int HEADS = 6;
  private static final int KEY_HEADS = 2;
  private static final int HEAD_SIZE = 16;
  private static final int CAPACITY = 40;
  private static final int ROOM = 64;

  /** A graph of one operator whose past and present lie in the same place. */
  private static byte[] model(boolean packed, int type, UnaryOperator<NewNode> attributes) {
    List<String> inputs = new ArrayList<>();
    inputs.add("query");
    inputs.add(packed ? "" : "key");
    inputs.add(packed ? "" : "value");
    inputs.addAll(List.of("past_key", "past_value", "last", "total", "cos", "sin"));
    NewNode node =
        new NewNode("GroupQueryAttention", inputs, "result", "present_key", "present_value")
            .microsoft()
            .with("num_heads", HEADS)
            .with("kv_num_heads", KEY_HEADS)
            .with("do_rotary", 1);
    TinyModel model = new TinyModel().node(attributes.apply(node).message());
    MessageWriter graph = model.graph().text(Fields.GRAPH_NAME, "attention");
    for (String input : packed ? List.of("query") : List.of("query", "key", "value")) {
      graph.message(Fields.GRAPH_INPUT, ValueInfo.anyShape(input, type));
    }
    for (String past : List.of("past_key", "past_value")) {
      graph.message(
          Fields.GRAPH_INPUT,
          TinyModel.info(past, type, TinyModel.FREE, KEY_HEADS, TinyModel.FREE, HEAD_SIZE));
    }
    for (String input : List.of("last", "total")) {
      graph.message(Fields.GRAPH_INPUT, ValueInfo.anyShape(input, Fields.TYPE_INT32));
    }
    for (String input : List.of("cos", "sin")) {
      graph.message(Fields.GRAPH_INPUT, ValueInfo.anyShape(input, type));
    }
    byte[] standard = model.output("result").output("present_key").output("present_value").model();
    byte[] opset =
        new MessageWriter().message(Fields.MODEL_OPSET_IMPORT, NewNode.microsoftOpset()).toBytes();
    return Bytes.concat(standard, opset);
  }

  private static byte[] edited(byte[] model) {
    GraphEdit edit = DecodeAttention.apply(model, 2);
    return edit.model().orElseThrow(() -> new AssertionError(edit.reason()));
  }

  /** One run of an operator: random numbers in, and what it leaves in its outputs and buffers. */
  private static final class Run {

    private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    private final FloatBuffer result;
    private final List<FloatBuffer> caches = new ArrayList<>();

    /** With so many new tokens per row, and so many tokens in all. */
    Run(byte[] model, boolean packed, int added, int... lengths) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      int rows = lengths.length;
      int keySize = KEY_HEADS * HEAD_SIZE;
      result = direct(rows * added * HEADS * HEAD_SIZE).asFloatBuffer();
      try (OrtSession session = environment.createSession(model)) {
        put("query", rows, added, HEADS * HEAD_SIZE + (packed ? 2 * keySize : 0));
        if (!packed) {
          put("key", rows, added, keySize);
          put("value", rows, added, keySize);
        }
        put("cos", ROOM, HEAD_SIZE / 2);
        put("sin", ROOM, HEAD_SIZE / 2);
        caches.add(put("past_key", rows, KEY_HEADS, CAPACITY, HEAD_SIZE));
        caches.add(put("past_value", rows, KEY_HEADS, CAPACITY, HEAD_SIZE));
        IntBuffer last = direct(rows).asIntBuffer();
        Arrays.stream(lengths).forEach(length -> last.put(length - 1));
        inputs.put("last", OnnxTensor.createTensor(environment, last.flip(), new long[] {rows}));
        IntBuffer total = direct(1).asIntBuffer().put(0, Ints.max(lengths));
        inputs.put("total", OnnxTensor.createTensor(environment, total, new long[] {}));
        outputs.put("present_key", inputs.get("past_key"));
        outputs.put("present_value", inputs.get("past_value"));
        long[] shape = {rows, added, HEADS * HEAD_SIZE};
        outputs.put("result", OnnxTensor.createTensor(environment, result, shape));
        session.run(inputs, Set.of(), outputs).close();
      } finally {
        inputs.values().forEach(OnnxTensor::close);
        outputs.values().forEach(OnnxTensor::close);
      }
    }

    private FloatBuffer put(String name, int... shape) throws OrtException {
      FloatBuffer buffer = direct(Arrays.stream(shape).reduce(1, (a, b) -> a * b)).asFloatBuffer();
      // The first row's numbers do not depend on how many rows there are.
      Random random = new Random(name.hashCode());
      for (int i = 0; i < buffer.capacity(); i++) {
        buffer.put(i, (float) random.nextGaussian());
      }
      long[] longs = Arrays.stream(shape).asLongStream().toArray();
      inputs.put(name, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, longs));
      return buffer;
    }

    private static ByteBuffer direct(int elements) {
      return ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    float[] result() {
      return array(result);
    }

    float[] cache(int index) {
      return array(caches.get(index));
    }

    private static float[] array(FloatBuffer buffer) {
      float[] array = new float[buffer.capacity()];
      buffer.get(0, array);
      return array;
    }
  }

  private static void assertSame(
      byte[] model, boolean packed, float error, int added, int... lengths) throws OrtException {
    Run expected = new Run(model, packed, added, lengths);
    Run actual = new Run(edited(model), packed, added, lengths);
    assertThat(actual.result()).containsExactly(expected.result(), within(error));
    assertThat(actual.cache(0)).containsExactly(expected.cache(0));
    assertThat(actual.cache(1)).containsExactly(expected.cache(1));
  }

  @ParameterizedTest
  @CsvSource({"true, 0", "false, 0", "true, 0.25", "false, 0.25", "true, 0.3", "false, 1"})
  void gives_the_same_results_for_one_new_token_and_leaves_the_same_cache(
      boolean packed, float scale) throws OrtException {
    byte[] model =
        model(packed, Fields.TYPE_FLOAT, node -> scale == 0 ? node : node.with("scale", scale));
    assertSame(model, packed, 1e-5f, 1, 1);
    assertSame(model, packed, 1e-5f, 1, 29);
    assertSame(model, packed, 1e-5f, 1, 30, 30, 30);
    assertSame(model, packed, 1e-5f, 1, 40, 3, 17, 1);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void leaves_several_new_tokens_as_they_are(boolean packed) throws OrtException {
    byte[] model = model(packed, Fields.TYPE_FLOAT, node -> node);
    assertSame(model, packed, 0, 9, 9, 9);
    assertSame(model, packed, 0, 5, 20);
  }

  @Test
  void computes_a_row_of_a_batch_as_it_computes_it_alone() throws OrtException {
    byte[] model = edited(model(true, Fields.TYPE_FLOAT, node -> node));
    Run together = new Run(model, true, 1, 25, 25, 9);
    Run alone = new Run(model, true, 1, 25);
    int row = HEADS * HEAD_SIZE;
    assertThat(Arrays.copyOf(together.result(), row)).containsExactly(alone.result());
  }

  private static String reason(byte[] model, int threads) {
    GraphEdit edit = DecodeAttention.apply(model, threads);
    assertThat(edit.model()).isEmpty();
    return edit.reason();
  }

  @Test
  void leaves_attention_alone_that_is_more_than_a_softmax_of_products() {
    List<UnaryOperator<NewNode>> others =
        List.of(
            node -> node.with("softcap", 30f),
            node -> node.with("smooth_softmax", 1),
            node -> node.with("local_window_size", 8),
            node -> node.with("qk_output", 1),
            node -> node.with("kv_cache_bit_width", 8));
    for (UnaryOperator<NewNode> other : others) {
      assertThat(reason(model(true, Fields.TYPE_FLOAT, other), 2)).contains("plain");
    }
    assertThat(reason(model(true, Fields.TYPE_FLOAT16, node -> node), 2))
        .contains("single precision");
  }

  @Test
  void takes_attributes_that_say_what_is_so_anyway() throws OrtException {
    byte[] model =
        model(
            true,
            Fields.TYPE_FLOAT,
            node -> node.with("softcap", 0f).with("local_window_size", -1).with("qk_output", 0));
    assertSame(model, true, 1e-5f, 1, 12, 5);
  }

  @Test
  void leaves_few_heads_to_many_threads_as_they_are() {
    byte[] model = model(true, Fields.TYPE_FLOAT, node -> node);
    assertThat(DecodeAttention.apply(model, 2 * HEADS).model()).isPresent();
    assertThat(reason(model, 2 * HEADS + 1)).contains("13 threads");
  }
}

package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.runtime.onnx.HeadSearch.Found;
import io.loquent.runtime.onnx.HeadSearch.Head;
import io.loquent.runtime.onnx.HeadSearch.Unknown;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every tail that exporters and quantizers put behind a head, on made-up wiring. */
final class HeadSearchTest {

  private static Found search(TinyModel model) {
    ModelBytes bytes = ModelBytes.of("test", model.output("logits").model());
    return new HeadSearch(new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null), "logits").find();
  }

  /** A graph whose tensor "hidden" is computed from an input. */
  private static TinyModel body() {
    return new TinyModel().weights("w", "b", "s", "z").node("Exp", List.of("x"), "hidden");
  }

  private static void assertHead(HeadSearch.Found found, boolean reshaped) {
    assertThat(found)
        .isInstanceOfSatisfying(
            Head.class,
            head -> {
              assertThat(head.activation()).isEqualTo("hidden");
              assertThat(head.reshaped()).isEqualTo(reshaped);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MatMul",
        "Gemm",
        "com.microsoft:FusedMatMul",
        "com.microsoft:MatMulNBits",
        "com.microsoft:DynamicQuantizeMatMul"
      })
  void finds_the_activation_of_a_product_with_a_weight(String product) {
    assertHead(search(body().node(product, List.of("hidden", "w", "s"), "logits")), false);
  }

  @Test
  void finds_the_activation_and_not_the_transposed_embedding() {
    TinyModel model =
        body()
            .node("Transpose", List.of("w"), "wt")
            .node("Cast", List.of("wt"), "wc")
            .node("MatMul", List.of("hidden", "wc"), "logits");
    assertHead(search(model), false);
  }

  @Test
  void passes_bias_scale_soft_cap_and_cast() {
    TinyModel model =
        body()
            .node("MatMul", List.of("hidden", "w"), "a")
            .node("Add", List.of("b", "a"), "c")
            .node("Div", List.of("c", "s"), "d")
            .node("Tanh", List.of("d"), "e")
            .node("Mul", List.of("e", "s"), "f")
            .node("Cast", List.of("f"), "logits");
    assertHead(search(model), false);
  }

  @Test
  void finds_the_float_state_behind_dynamic_quantization() {
    TinyModel model =
        body()
            .node("DynamicQuantizeLinear", List.of("hidden"), "q", "qs", "qz")
            .node("MatMulInteger", List.of("q", "w", "qz", "z"), "i")
            .node("Cast", List.of("i"), "f")
            .node("Mul", List.of("qs", "s"), "scale")
            .node("Mul", List.of("scale", "f"), "logits");
    assertHead(search(model), false);
  }

  @Test
  void finds_the_float_state_behind_static_quantization() {
    TinyModel model =
        body()
            .node("QuantizeLinear", List.of("hidden", "s", "z"), "q")
            .node("QLinearMatMul", List.of("q", "s", "z", "w", "s", "z", "s", "z"), "i")
            .node("DequantizeLinear", List.of("i", "s", "z"), "logits");
    assertHead(search(model), false);
  }

  @Test
  void finds_the_float_state_between_quantize_and_dequantize_pairs() {
    TinyModel model =
        body()
            .node("QuantizeLinear", List.of("hidden", "s", "z"), "q")
            .node("DequantizeLinear", List.of("q", "s", "z"), "d")
            .node("DequantizeLinear", List.of("w", "s", "z"), "wd")
            .node("MatMul", List.of("d", "wd"), "logits");
    assertHead(search(model), false);
  }

  @Test
  void tells_that_the_logits_were_reshaped() {
    TinyModel model =
        body()
            .node("Gemm", List.of("hidden", "w", "b"), "a")
            .node("Reshape", List.of("a", "shape"), "logits");
    assertHead(search(model), true);
  }

  @Test
  void passes_a_cut_of_the_vocabulary() {
    TinyModel model =
        body()
            .node("MatMul", List.of("hidden", "w"), "a")
            .node(ConstantTensor.node("axes", -1))
            .node("Slice", List.of("a", "z", "z", "axes"), "logits");
    assertHead(search(model), false);
  }

  @Test
  void refuses_a_cut_of_the_positions() {
    TinyModel model =
        body()
            .node("MatMul", List.of("hidden", "w"), "a")
            .node(ConstantTensor.node("axes", 1))
            .node("Slice", List.of("a", "z", "z", "axes"), "logits");
    assertThat(reason(model))
        .isEqualTo("behind 'logits', found the operator Slice that computes 'logits'");
  }

  @Test
  void refuses_a_sum_of_two_computed_tensors() {
    TinyModel model =
        body()
            .node("MatMul", List.of("hidden", "w"), "a")
            .node("Add", List.of("a", "hidden"), "logits");
    assertThat(reason(model)).contains("operator Add");
  }

  @Test
  void refuses_a_product_of_two_computed_tensors() {
    assertThat(reason(body().node("MatMul", List.of("hidden", "hidden"), "logits")))
        .contains("MatMul that does not take activation by weight");
  }

  @Test
  void refuses_a_weight_times_an_activation() {
    assertThat(reason(body().node("MatMul", List.of("w", "hidden"), "logits")))
        .contains("does not take activation by weight");
  }

  @Test
  void refuses_an_integer_product_of_unknown_origin() {
    assertThat(reason(body().node("MatMulInteger", List.of("hidden", "w"), "logits")))
        .contains("no float tensor from which 'hidden' was quantized");
  }

  @Test
  void refuses_logits_that_nothing_computes() {
    assertThat(reason(body())).contains("'logits' is not computed by a node");
  }

  private static String reason(TinyModel model) {
    Found found = search(model);
    assertThat(found).isInstanceOf(Unknown.class);
    return ((Unknown) found).reason();
  }
}

package io.loquent.samples.benchmarks.pronunciation;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.samples.benchmarks.pronunciation.LabelPlacement.Box;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class ScatterPlotTest {

  private static ScatterPlot plot() {
    ScatterPlot plot = new ScatterPlot("Errors & time", "milliseconds", "errors < 100");
    plot.add("slow, right", "#111111", 4.25, 20.5);
    plot.add("fast, wrong", "#222222", 0.5, 35.25);
    plot.add("much the same", "#333333", 0.51, 35.2);
    return plot;
  }

  private static Document parsed(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    return factory
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> texts(Document document, String element) {
    List<String> texts = new ArrayList<>();
    NodeList nodes = document.getElementsByTagName(element);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  @Test
  void says_its_title_and_all_of_its_points_in_words() throws Exception {
    Document document = parsed(plot().svg());

    assertThat(texts(document, "title")).containsExactly("Errors & time");
    assertThat(texts(document, "desc"))
        .containsExactly(
            "errors < 100 against milliseconds. slow, right: 20.5 at 4.25. fast, wrong: 35.3 at"
                + " 0.50. much the same: 35.2 at 0.51.");
    assertThat(document.getDocumentElement().getAttribute("role")).isEqualTo("img");
  }

  @Test
  void labels_points_and_axes() throws Exception {
    assertThat(texts(parsed(plot().svg()), "text"))
        .contains("Errors & time", "milliseconds", "errors < 100")
        .contains("slow, right", "fast, wrong", "much the same")
        .contains("0.5", "1", "2", "5")
        .contains("20", "30", "36");
  }

  @Test
  void slower_is_further_right_and_more_errors_are_further_up() throws Exception {
    NodeList circles = parsed(plot().svg()).getElementsByTagName("circle");
    Element slow = (Element) circles.item(0);
    Element fast = (Element) circles.item(1);

    assertThat(circles.getLength()).isEqualTo(3);
    assertThat(Double.parseDouble(slow.getAttribute("cx")))
        .isGreaterThan(Double.parseDouble(fast.getAttribute("cx")));
    assertThat(Double.parseDouble(slow.getAttribute("cy")))
        .isGreaterThan(Double.parseDouble(fast.getAttribute("cy")));
  }

  @Test
  void the_same_points_give_the_same_text() {
    assertThat(plot().svg()).isEqualTo(plot().svg());
  }

  @Test
  void a_single_point_has_axes_too() throws Exception {
    ScatterPlot plot = new ScatterPlot("t", "x", "y");
    plot.add("alone", "#111111", 1, 25);

    assertThat(texts(parsed(plot.svg()), "text")).contains("alone", "25", "26", "1");
    assertThat(plot.svg()).doesNotContain("NaN");
  }

  @Test
  void equal_ratios_are_equally_far_apart_on_a_logarithmic_scale() {
    LogScale scale = new LogScale(0.3, 30);

    assertThat(scale.at(2) - scale.at(1)).isCloseTo(scale.at(20) - scale.at(10), within());
    assertThat(scale.ticks()).containsExactly(0.5, 1.0, 2.0, 5.0, 10.0, 20.0);
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.api.Assertions.within(1e-12);
  }

  @Test
  void labels_of_close_points_do_not_overlap() {
    LabelPlacement placement = new LabelPlacement(new Box(0, 0, 600, 400));
    List<Box> labels = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      placement.keepFree(300 + i, 200 + i);
    }
    for (int i = 0; i < 8; i++) {
      labels.add(placement.place(300 + i, 200 + i, 90, 13));
    }

    for (int i = 0; i < labels.size(); i++) {
      assertThat(labels.get(i).overlap(new Box(0, 0, 600, 400)))
          .isCloseTo(labels.get(i).area(), within());
      for (int j = 0; j < i; j++) {
        assertThat(labels.get(i).overlap(labels.get(j))).isZero();
      }
    }
  }
}

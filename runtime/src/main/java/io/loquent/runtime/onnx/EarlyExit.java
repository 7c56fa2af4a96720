package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second logits output that a decoder computes from a lower layer (early exit: Elhoushi et al.
 * 2024), named {@code early_exit_logits.LAYER}; the layer counts from 1. A run of the graph takes
 * as long whatever is read of it, so what the exit depends on is cut out, as a decoder with fewer
 * layers. Stateless; safe for every thread.
 */
public final class EarlyExit {

  private static final String PREFIX = "early_exit_logits.";
  private static final Pattern NAME = Pattern.compile("early_exit_logits\\.([1-9]\\d{0,3})");

  private final String name;
  private final String logits;
  private final UnaryOperator<String> present;

  /**
   * Names an exit; whether it is there, the graphs say.
   *
   * @param layer after which it exits, from 1
   * @param logits name of the output that holds the logits of all layers
   * @param present gives the output that a state input continues as; the same name for inputs that
   *     are no state
   */
  public EarlyExit(int layer, String logits, UnaryOperator<String> present) {
    this.name = PREFIX + layer;
    this.logits = logits;
    this.present = present;
  }

  /**
   * Tells after which layers a graph exits.
   *
   * @param outputs names of its outputs
   * @return layers, from 1; empty for most graphs
   */
  public static SortedSet<Integer> layers(Collection<String> outputs) {
    SortedSet<Integer> layers = new TreeSet<>();
    for (String output : outputs) {
      Matcher matcher = NAME.matcher(output);
      if (matcher.matches()) {
        layers.add(Integer.valueOf(matcher.group(1)));
      }
    }
    return layers;
  }

  /**
   * Leaves all early exits out of a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit leaveOut(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      Set<String> exits = new LinkedHashSet<>(graph.outputs());
      exits.removeIf(output -> !NAME.matcher(output).matches());
      Set<String> others = new LinkedHashSet<>(graph.outputs());
      others.removeAll(exits);
      GraphCut cut = new GraphCut(graph);
      cut.need(others);
      for (String exit : exits) {
        if (cut.computes(exit)) {
          return GraphEdit.unknown("'" + exit + "' is computed together with other outputs");
        }
      }
      Additions additions = new Additions();
      cut.removeRest(additions);
      exits.forEach(exit -> additions.remove(graph.outputInfo(exit)));
      return GraphEdit.of(additions.applyTo(bytes));
    }
  }

  /**
   * Tells which states the exit needs.
   *
   * @param file the graph that continues a sequence
   * @return the outputs that these states continue as, those of a split export's other graph
   *     included
   * @throws ModelLoadException if the file cannot be read, is no ONNX model or has no such exit
   */
  public Set<String> presents(Path file) {
    try (ModelBytes bytes = ModelBytes.open(file)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      check(file.toString(), graph);
      GraphCut cut = new GraphCut(graph);
      cut.need(List.of(name));
      Set<String> presents = new LinkedHashSet<>();
      boolean grows = true;
      while (grows) {
        grows = false;
        for (String input : graph.inputs().keySet()) {
          if (isState(input) && cut.needs(input) && presents.add(present.apply(input))) {
            // What a state continues as may need further states.
            cut.need(List.of(present.apply(input)));
            grows = true;
          }
        }
      }
      return presents;
    }
  }

  private boolean isState(String input) {
    return !present.apply(input).equals(input);
  }

  private void check(String file, OnnxGraph graph) {
    if (!graph.outputs().contains(name)) {
      throw new ModelLoadException(
          file
              + ": there is no early exit there, which would be an output named "
              + name
              + "; the outputs are "
              + graph.outputs()
              + (layers(graph.outputs()).isEmpty()
                  ? ", so export the graph with the logits of a lower layer, or guess in another way"
                  : ", so exit after one of the layers " + layers(graph.outputs())));
    }
  }

  /**
   * Cuts what the exit depends on out of a model file, as a decoder of its own.
   *
   * @param file an ONNX model, of any size
   * @param presents the outputs that the states continue as, {@link #presents all that are needed}
   * @return a model whose logits are those of the exit, or why there is none
   * @throws ModelLoadException if the file cannot be read, is no ONNX model or has no such exit
   */
  public GraphEdit cut(Path file, Set<String> presents) {
    try (ModelBytes bytes = ModelBytes.open(file)) {
      return cut(file.toString(), bytes, presents);
    }
  }

  /**
   * Cuts what the exit depends on out of a model in memory, as a decoder of its own.
   *
   * @param model an ONNX model; left as it is
   * @param presents the outputs that the states continue as
   * @return a model whose logits are those of the exit, or why there is none
   * @throws ModelLoadException if the bytes are truncated, no ONNX model or have no such exit
   */
  public GraphEdit cut(byte[] model, Set<String> presents) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      return cut("the graph", bytes, presents);
    }
  }

  private GraphEdit cut(String file, ModelBytes bytes, Set<String> presents) {
    OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
    check(file, graph);
    if (!Additions.fits(bytes.size())) {
      return GraphEdit.unknown("the model is too large to be held in memory");
    }
    Set<String> kept = new LinkedHashSet<>(graph.outputs());
    kept.retainAll(presents);
    GraphCut cut = new GraphCut(graph);
    cut.need(List.of(name));
    cut.need(kept);
    OnnxNode whole = graph.producer(logits);
    if (whole != null && cut.computes(logits)) {
      return GraphEdit.unknown(
          "'" + name + "' needs the " + whole.operator() + " that computes '" + logits + "'");
    }
    Additions additions = new Additions();
    cut.removeRest(additions);
    for (String output : graph.outputs()) {
      if (!kept.contains(output) && !output.equals(name)) {
        additions.remove(graph.outputInfo(output));
      }
    }
    graph
        .inputs()
        .forEach(
            (input, info) -> {
              if (isState(input) && !cut.needs(input) && !presents.contains(present.apply(input))) {
                additions.remove(info);
              }
            });
    Region info = graph.outputInfo(name);
    additions.replace(info, ValueInfo.renamed(bytes, info, logits));
    additions.append(
        graph.region(),
        new MessageWriter()
            .message(Fields.GRAPH_NODE, new NewNode("Identity", List.of(name), logits).message()));
    return GraphEdit.of(additions.applyTo(bytes));
  }
}

package io.loquent.runtime.model;

import io.loquent.ModelConfig;
import io.loquent.runtime.onnx.OnnxFile;
import io.loquent.runtime.onnx.OnnxSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The opened parts of a model folder. Thread-safe until closed.
 *
 * @param folder the model folder
 * @param config what its JSON files say
 * @param layout which files were chosen
 * @param encoder the encoder's graph
 * @param decoder the decoder's graphs
 * @param summaries what the files are made of
 * @param initialStates encoder outputs that recurrent states start from, by state input
 * @param encoderInputNames the encoder's own names of its standard inputs
 */
record ModelParts(
    Path folder,
    FolderConfig config,
    Layout layout,
    Optional<Graph> encoder,
    DecoderGraphs decoder,
    Map<Path, OnnxSummary> summaries,
    Map<String, String> initialStates,
    Map<String, String> encoderInputNames)
    implements AutoCloseable {

  private static final String SHARING_OPERATOR = "com.microsoft:GroupQueryAttention";

  /** Opens the graphs of a checked folder; closes what was opened if one fails. */
  static ModelParts open(
      ModelFiles files, ModelConfig config, SessionFactory sessions, List<String> findings) {
    files.refuseEncoders();
    List<Graph> opened = new ArrayList<>();
    try {
      DecoderOpening decoderOpening =
          new DecoderOpening(config.graphAdditions(), sessions, findings, Map.of());
      return open(files, sessions, decoderOpening, opened);
    } catch (RuntimeException e) {
      opened.forEach(Graph::close);
      throw e;
    }
  }

  private static ModelParts open(
      ModelFiles files,
      SessionFactory sessions,
      DecoderOpening decoderOpening,
      List<Graph> opened) {
    Path folder = files.folder();
    FolderConfig config = files.config();
    Layout layout = files.layout();
    Map<Path, OnnxSummary> summaries = files.summaries();
    Optional<Graph> encoder = layout.encoder().map(file -> track(sessions.open(file), opened));
    Graph first = track(decoderOpening.openFirst(layout, config, summaries), opened);
    Optional<Graph> withPast =
        layout
            .withPast()
            .map(file -> track(decoderOpening.openNext(file, config, summaries), opened));
    if (layout.states().isPresent() && encoder.isPresent()) {
      RecurrentDeclaration declared =
          RecurrentDeclaration.read(layout.states().get(), encoder.get(), first);
      DecoderGraphs graphs =
          DecoderGraphs.declared(
              first,
              new GraphNames(declared.tokenInput(), declared.logitsOutput(), Map.of(), Map.of()),
              declared.states(),
              declared.constants());
      return new ModelParts(
          folder,
          config,
          layout,
          encoder,
          graphs,
          summaries,
          declared.initial(),
          declared.encoderInputs());
    }
    DecoderGraphs graphs = DecoderGraphs.bind(first, withPast, encoder, config);
    return new ModelParts(folder, config, layout, encoder, graphs, summaries, Map.of(), Map.of());
  }

  /**
   * Opens what of the decoder leads to an early exit; the encoder is the same.
   *
   * @throws ModelLoadException if there is no such exit, or it cannot be cut out; nothing stays
   *     open
   */
  ModelParts upToExit(int layer, boolean additions, SessionFactory sessions) {
    Map<Path, CutGraph> cuts = CutGraph.upToExit(layer, layout, config);
    Map<Path, OnnxSummary> cutSummaries = new LinkedHashMap<>(summaries);
    cuts.forEach(
        (file, cut) -> cutSummaries.put(file, OnnxFile.read(file + " (cut)", cut.model())));
    DecoderOpening opening = new DecoderOpening(additions, sessions, new ArrayList<>(), cuts);
    List<Graph> opened = new ArrayList<>();
    try {
      Graph first = track(opening.openFirst(layout, config, cutSummaries), opened);
      Optional<Graph> withPast =
          layout
              .withPast()
              .map(file -> track(opening.openNext(file, config, cutSummaries), opened));
      return new ModelParts(
          folder,
          config,
          layout,
          encoder,
          DecoderGraphs.bind(first, withPast, encoder, config),
          cutSummaries,
          initialStates,
          encoderInputNames);
    } catch (RuntimeException e) {
      opened.forEach(Graph::close);
      throw e;
    }
  }

  private static Graph track(Graph graph, List<Graph> opened) {
    opened.add(graph);
    return graph;
  }

  /** Whether past and present may be one buffer. */
  boolean sharesBuffers() {
    return (uses(SHARING_OPERATOR) || decoder.sharesAttention())
        && decoder.states.stream().allMatch(state -> state.kind() == StateTensor.Kind.GROWING)
        && decoder.hasCache();
  }

  /**
   * Whether activations are quantized per call, so that results depend on how calls are grouped.
   */
  boolean quantizesActivations() {
    return summaries.values().stream().anyMatch(OnnxSummary::quantizesActivations);
  }

  private boolean uses(String operator) {
    return summaries.values().stream().anyMatch(summary -> summary.operators().contains(operator));
  }

  boolean isRecurrent() {
    return layout.states().isPresent();
  }

  /** The id that unequal rows are filled up with; what it is never shows, because it is masked. */
  int padToken() {
    return config.padToken();
  }

  @Override
  public void close() {
    encoder.ifPresent(Graph::close);
    decoder.close();
  }
}

package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.EarlyExit;
import io.loquent.runtime.onnx.GraphEdit;
import io.loquent.runtime.onnx.ModelEdit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A part of a graph that is opened in the place of the whole one.
 *
 * @param model the part, as an ONNX model; weights in external files stay there
 * @param edit makes it of the whole model
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record CutGraph(byte[] model, ModelEdit edit) {

  /**
   * Cuts what leads to an early exit out of a decoder's one or two graphs.
   *
   * @param layer after which it exits, from 1
   * @return the cuts by file
   * @throws ModelLoadException if a graph has no such exit, or it cannot be cut out
   */
  static Map<Path, CutGraph> upToExit(int layer, Layout layout, FolderConfig config) {
    if (layout.states().isPresent()) {
      throw new ModelLoadException(
          layout.decoder()
              + ": its states are declared by "
              + layout.states().get().getFileName()
              + ", which does not say which of them an early exit needs; early exits work for"
              + " decoders whose states are named past* and present*, so guess in another way");
    }
    GraphNames names = GraphNames.of(config);
    EarlyExit exit = new EarlyExit(layer, names.logits(), names::present);
    List<Path> files = new ArrayList<>(List.of(layout.decoder()));
    layout.withPast().ifPresent(files::add);
    Set<String> presents = exit.presents(files.get(files.size() - 1));
    Map<Path, CutGraph> cuts = new LinkedHashMap<>();
    for (Path file : files) {
      GraphEdit made = exit.cut(file, presents);
      byte[] model =
          made.model()
              .orElseThrow(
                  () ->
                      new ModelLoadException(
                          file
                              + ": the part up to the early exit cannot be cut out, because "
                              + made.reason()
                              + "; export a graph without branches, or guess in another way"));
      cuts.put(file, new CutGraph(model, whole -> exit.cut(whole, presents)));
    }
    return cuts;
  }
}

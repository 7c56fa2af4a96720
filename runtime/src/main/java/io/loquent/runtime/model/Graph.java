package io.loquent.runtime.model;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.loquent.InferenceException;
import io.loquent.ModelLoadException;
import io.loquent.decoding.RunInterruptedException;
import io.loquent.runtime.onnx.ModelEdit;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An open ONNX Runtime session with what its graph declares. Thread-safe until closed. */
final class Graph implements AutoCloseable {

  private final Path file;
  private final OrtSession session;
  private final List<ModelEdit> edits;
  private final Map<String, TensorSpec> inputs;
  private final Map<String, TensorSpec> outputs;

  Graph(Path file, OrtSession session, List<ModelEdit> edits) {
    this.file = file;
    this.session = session;
    this.edits = List.copyOf(edits);
    try {
      inputs = specs(session.getInputInfo());
      outputs = specs(session.getOutputInfo());
    } catch (OrtException e) {
      close();
      throw new ModelLoadException(file + ": cannot read its inputs: " + e.getMessage(), e);
    } catch (ModelLoadException e) {
      close();
      throw e;
    }
  }

  private Map<String, TensorSpec> specs(Map<String, NodeInfo> nodes) {
    Map<String, TensorSpec> specs = new LinkedHashMap<>();
    nodes.forEach((name, node) -> specs.put(name, TensorSpec.of(name(), node)));
    return specs;
  }

  Path file() {
    return file;
  }

  /** The edits that were made of the file's graph before it was opened, in order. */
  List<ModelEdit> edits() {
    return edits;
  }

  /** The file's name, for messages. */
  String name() {
    return String.valueOf(file.getFileName());
  }

  Map<String, TensorSpec> inputs() {
    return inputs;
  }

  Map<String, TensorSpec> outputs() {
    return outputs;
  }

  boolean hasInput(String input) {
    return inputs.containsKey(input);
  }

  /**
   * Runs the graph.
   *
   * @param in a tensor for every input
   * @param requested outputs that the runtime allocates
   * @param pinned outputs that are written into given tensors
   * @param control stops the run
   * @return the requested outputs, to be closed
   * @throws RunInterruptedException if {@code control} was thrown
   */
  OrtSession.Result run(
      Map<String, OnnxTensor> in,
      Set<String> requested,
      Map<String, OnnxTensor> pinned,
      RunControl control) {
    if (control.isTerminated()) {
      throw new RunInterruptedException(new IllegalStateException("stopped before the run"));
    }
    try {
      return session.run(in, requested, pinned, control.options());
    } catch (OrtException e) {
      if (control.isTerminated()) {
        throw new RunInterruptedException(e);
      }
      throw new InferenceException(file + ": the graph failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new InferenceException(file + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}

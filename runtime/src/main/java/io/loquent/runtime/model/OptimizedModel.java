package io.loquent.runtime.model;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;

/**
 * A complete optimized copy of a graph. Its manifest is written last and holds what shows a copy
 * that was cut off; weights are checked by their length only, because reading them would cost what
 * the copy saves.
 *
 * @param graph the graph's file
 * @param source the file that it is a copy of
 * @param files the state of that file, as {@link GraphSource#files()}
 */
record OptimizedModel(Path graph, String source, String files) {

  /** The file of the weights, beside the graph. */
  static final String WEIGHTS = "weights.bin";

  private static final String GRAPH = "model.onnx";
  private static final String MANIFEST = "manifest.properties";

  static Path graphIn(Path entry) {
    return entry.resolve(GRAPH);
  }

  /** Reads the manifest of a copy; empty if there is none, or the copy is not what it says. */
  static Optional<OptimizedModel> read(Path entry) {
    Properties manifest = new Properties();
    try (InputStream in = Files.newInputStream(entry.resolve(MANIFEST))) {
      manifest.load(in);
      Path graph = graphIn(entry);
      boolean whole =
          hash(graph).equals(manifest.getProperty("graph_sha256"))
              && weightBytes(entry).equals(manifest.getProperty("weight_bytes"));
      return whole
          ? Optional.of(
              new OptimizedModel(
                  graph, manifest.getProperty("source", ""), manifest.getProperty("files", "")))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Declares a copy complete. */
  static void seal(Path entry, GraphSource source) throws IOException {
    Properties manifest = new Properties();
    manifest.setProperty("source", source.file());
    manifest.setProperty("files", source.files());
    manifest.setProperty("graph_sha256", hash(graphIn(entry)));
    manifest.setProperty("weight_bytes", weightBytes(entry));
    force(graphIn(entry));
    if (Files.exists(entry.resolve(WEIGHTS))) {
      force(entry.resolve(WEIGHTS));
    }
    try (OutputStream out = Files.newOutputStream(entry.resolve(MANIFEST))) {
      manifest.store(out, "An optimized copy of a model; it may be deleted at any time.");
    }
    force(entry.resolve(MANIFEST));
  }

  /** Whether this is a copy of what a file was before. */
  boolean isOutdated(GraphSource now) {
    return source.equals(now.file()) && !files.equals(now.files());
  }

  private static String hash(Path file) throws IOException {
    return Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString();
  }

  /** A graph of small tensors only has no file of weights. */
  private static String weightBytes(Path entry) throws IOException {
    Path weights = entry.resolve(WEIGHTS);
    return String.valueOf(Files.exists(weights) ? Files.size(weights) : 0);
  }

  /** After a loss of power a file could otherwise have its length and not its content. */
  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}

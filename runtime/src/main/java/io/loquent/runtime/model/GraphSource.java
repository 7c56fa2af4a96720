package io.loquent.runtime.model;

import com.google.common.hash.Hashing;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an optimized copy of a graph is made of.
 *
 * @param file the model file, absolute
 * @param files length and time of last change of that file and of its files of weights: a copy is
 *     outdated as soon as one changes
 * @param edited the hash of the graph as it was changed in memory; empty if it was not
 */
record GraphSource(String file, String files, String edited) {

  static GraphSource of(Path file, byte @Nullable [] edited) {
    List<String> files = new ArrayList<>();
    files.add(state(file));
    OnnxFile.read(file)
        .externalFiles()
        .keySet()
        .forEach(name -> files.add(state(file.resolveSibling(name))));
    return new GraphSource(
        file.toAbsolutePath().normalize().toString(),
        String.join("; ", files),
        edited == null ? "" : Hashing.sha256().hashBytes(edited).toString());
  }

  private static String state(Path file) {
    try {
      return file.getFileName()
          + " "
          + Files.size(file)
          + " bytes "
          + Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new ModelLoadException(file + ": cannot be read: " + e, e);
    }
  }

  /** The model file's name without its extension. */
  String stem() {
    String name = file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }
}

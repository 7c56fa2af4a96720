package io.loquent.runtime.model;

import ai.onnxruntime.OrtException;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import io.loquent.ModelLoadException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Optimized copies of graphs in a folder, each in a folder of its own whose name tells what it was
 * made of. A copy appears at once, by a rename, and never changes; so threads and processes need no
 * lock, and the worst that happens to two that start together is that both make the same copy.
 * Thread-safe.
 */
final class OptimizedModels {

  /** Bumped when a copy is to be made in another way, so that older ones are not taken. */
  private static final String RECIPE = "2";

  /** What is being made or thrown away, and not to be taken for a copy. */
  private static final String UNFINISHED = ".unfinished-";

  /** Nobody works that long on one copy: its process has ended. */
  private static final Duration MOST_WORK = Duration.ofDays(1);

  /** Saves a graph, with its weights beside it. */
  interface Saving {
    void save(Path graph) throws OrtException;
  }

  private final Path folder;
  private final String settings;

  /**
   * Uses a folder.
   *
   * @param folder where copies are kept; made when the first one is
   * @param settings all that copies depend on besides their graphs, in words
   */
  OptimizedModels(Path folder, String settings) {
    this.folder = folder.toAbsolutePath().normalize();
    this.settings = settings;
  }

  /** The folder of a graph's copy, whether it is there or not. */
  Path entry(GraphSource source) {
    HashCode key =
        Hashing.sha256()
            .hashString(
                String.join("\n", RECIPE, settings, source.file(), source.files(), source.edited()),
                StandardCharsets.UTF_8);
    return folder.resolve(source.stem() + "-" + key.toString().substring(0, 32));
  }

  /** Returns the graph of a copy, if it is there and complete. */
  Optional<Path> find(Path entry) {
    return OptimizedModel.read(entry).map(OptimizedModel::graph);
  }

  /**
   * Makes a copy in the place of whatever is there, and removes copies of what the source was
   * before.
   *
   * @return its graph
   * @throws OrtException if the graph cannot be saved
   * @throws ModelLoadException if the folder cannot be written
   */
  Path make(Path entry, GraphSource source, Saving saving) throws OrtException {
    Path unfinished = null;
    try {
      Files.createDirectories(folder);
      removeOld(source);
      unfinished = Files.createTempDirectory(folder, UNFINISHED);
      saving.save(OptimizedModel.graphIn(unfinished));
      OptimizedModel.seal(unfinished, source);
      publish(unfinished, entry);
      return OptimizedModel.graphIn(entry);
    } catch (IOException e) {
      throw unwritable(e);
    } finally {
      if (unfinished != null) {
        delete(unfinished);
      }
    }
  }

  private void publish(Path unfinished, Path entry) throws IOException {
    if (Files.exists(entry) && !find(entry).isPresent()) {
      discard(entry);
    }
    try {
      Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // Another process may have been first, and its copy is as good.
      if (!find(entry).isPresent()) {
        throw e;
      }
    }
  }

  /** Removes a damaged copy. */
  void remove(Path entry) {
    try {
      discard(entry);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Renames first, so that nobody sees half a copy. */
  private void discard(Path entry) throws IOException {
    Path away = Files.createTempDirectory(folder, UNFINISHED);
    try {
      Files.move(entry, away.resolve("discarded"), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(away);
    }
  }

  /** Removes copies of earlier states of a file, and what processes left that were killed. */
  private void removeOld(GraphSource source) throws IOException {
    List<Path> old = new ArrayList<>();
    FileTime abandoned = FileTime.from(Instant.now().minus(MOST_WORK));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        boolean outdated =
            name.startsWith(source.stem() + "-")
                && OptimizedModel.read(entry).filter(model -> model.isOutdated(source)).isPresent();
        if (outdated
            || (name.startsWith(UNFINISHED)
                && Files.getLastModifiedTime(entry).compareTo(abandoned) < 0)) {
          old.add(entry);
        }
      }
    }
    old.forEach(OptimizedModels::delete);
  }

  /** Deletes what can be deleted; the rest is tried again a day later. */
  private static void delete(Path entry) {
    try (Stream<Path> files = Files.walk(entry)) {
      List<Path> deepestFirst = files.sorted((a, b) -> b.compareTo(a)).collect(Collectors.toList());
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException ignored) {
      // It takes room, and does no harm.
    }
  }

  private ModelLoadException unwritable(IOException e) {
    return new ModelLoadException(
        folder
            + ": the optimized model cache cannot be written: "
            + e
            + "; make it a folder that this process may write and that has room, or leave"
            + " optimized_model_cache out",
        e);
  }
}

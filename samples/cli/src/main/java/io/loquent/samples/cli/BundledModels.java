package io.loquent.samples.cli;

import io.loquent.ModelLoadException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the models that come with the sources. */
final class BundledModels {

  private static final Path FOLDER = Path.of("samples", "models");

  private BundledModels() {}

  /** Looks from the working directory upwards, then from where this program lies. */
  static Path find() {
    Path working = Path.of("").toAbsolutePath();
    return above(working)
        .or(() -> above(programFolder()))
        .orElseThrow(
            () ->
                new ModelLoadException(
                    "no folder samples/models at or above "
                        + working
                        + " or the program; run from the source tree, or name it with --models"));
  }

  private static Optional<Path> above(@Nullable Path start) {
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      Path models = folder.resolve(FOLDER);
      if (Files.isDirectory(models)) {
        return Optional.of(models);
      }
    }
    return Optional.empty();
  }

  private static @Nullable Path programFolder() {
    CodeSource source = BundledModels.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return null;
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }
}

package io.loquent.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Linux knows of this process. */
final class ProcessMemory {

  private static final Path SELF = Paths.get("/proc/self");

  private ProcessMemory() {}

  static boolean isKnown() {
    return Files.isReadable(SELF.resolve("status"));
  }

  /** The resident size in MiB. */
  static long residentMebibytes() {
    return lines("status").stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .sum();
  }

  /** Files below a folder that are open or mapped into memory. */
  static List<String> openFiles(Path folder) {
    String prefix = folder.toAbsolutePath().normalize().toString();
    List<String> open = new ArrayList<>();
    for (String mapping : lines("maps")) {
      if (mapping.contains(prefix)) {
        open.add(mapping);
      }
    }
    try (Stream<Path> descriptors = Files.list(SELF.resolve("fd"))) {
      for (Path descriptor : descriptors.collect(Collectors.toList())) {
        String target = target(descriptor);
        if (target.startsWith(prefix)) {
          open.add(target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(SELF.resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.loquent.runtime.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** What this machine's processor can do, as far as it is told. Stateless and thread-safe. */
final class ProcessorFeatures {

  private static final Path LINUX = Paths.get("/proc/cpuinfo");

  private ProcessorFeatures() {}

  /**
   * Returns the names of instruction sets, as Linux spells them: {@code avx2}, {@code avx512f},
   * {@code avx512_vnni}; {@code arm64} for every 64-bit ARM processor. On x64 systems that do not
   * tell, {@code avx2} is taken for granted.
   */
  static Set<String> here() {
    String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (architecture.equals("aarch64") || architecture.equals("arm64")) {
      return Set.of("arm64");
    }
    try {
      return Files.isReadable(LINUX)
          ? of(new String(Files.readAllBytes(LINUX), StandardCharsets.UTF_8))
          : Set.of("avx2");
    } catch (IOException e) {
      return Set.of("avx2");
    }
  }

  /** Reads the {@code flags} of the first processor. */
  static Set<String> of(String cpuInfo) {
    return Arrays.stream(cpuInfo.split("\n"))
        .filter(line -> line.startsWith("flags"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).trim().split(" +"))
        .<Set<String>>map(flags -> new HashSet<>(Arrays.asList(flags)))
        .orElse(Set.of());
  }
}

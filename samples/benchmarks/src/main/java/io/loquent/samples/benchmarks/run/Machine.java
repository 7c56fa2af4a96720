package io.loquent.samples.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Says in one line what was measured on. */
public final class Machine {

  private Machine() {}

  /**
   * Names the machine.
   *
   * @return a sentence with processor, cores, operating system and Java
   */
  public static String describe() {
    return parts() + ".";
  }

  private static String parts() {
    return String.format(
        Locale.ROOT,
        "Machine: %s, %d cores visible, %s %s, Java %s",
        processor(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.version());
  }

  static String describe(double bytesPerSecond, int threads) {
    return String.format(
        Locale.ROOT,
        "%s; memory read at %.1f GB/s by %d thread%s.",
        parts(),
        bytesPerSecond / 1e9,
        threads,
        threads == 1 ? "" : "s");
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("unknown processor");
    } catch (IOException e) {
      return "unknown processor";
    }
  }
}

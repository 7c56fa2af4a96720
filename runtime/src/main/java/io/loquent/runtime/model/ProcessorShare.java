package io.loquent.runtime.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How many threads an operator gets where the configuration does not say. ONNX Runtime takes one
 * per physical core of the machine, which is right but in a container: it does not see that a quota
 * leaves it fewer, and threads beyond a quota make all of them stand still for the rest of its
 * period.
 */
final class ProcessorShare {

  private static final Path LINUX_PROCESSORS = Paths.get("/sys/devices/system/cpu");

  private ProcessorShare() {}

  /** The number of threads; empty where ONNX Runtime's own choice is right. */
  static OptionalInt threads() {
    return threads(LINUX_PROCESSORS, Runtime.getRuntime().availableProcessors());
  }

  /**
   * The number of threads.
   *
   * @param processors the kernel's description of processors
   * @param available how many the process may use, quotas included
   */
  static OptionalInt threads(Path processors, int available) {
    return available < physicalCores(processors) ? OptionalInt.of(available) : OptionalInt.empty();
  }

  /** Logical processors with the same siblings are one core; 0 where that is unknown. */
  private static int physicalCores(Path processors) {
    Set<String> cores = new HashSet<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(processors, "cpu[0-9]*")) {
      for (Path folder : folders) {
        Path siblings = folder.resolve("topology").resolve("thread_siblings_list");
        if (Files.isReadable(siblings)) {
          cores.add(new String(Files.readAllBytes(siblings), StandardCharsets.UTF_8).trim());
        }
      }
    } catch (IOException e) {
      return 0;
    }
    return cores.size();
  }
}

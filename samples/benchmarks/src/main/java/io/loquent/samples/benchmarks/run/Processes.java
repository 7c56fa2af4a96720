package io.loquent.samples.benchmarks.run;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The command lines of the measured programs. Immutable. */
public final class Processes {

  /** Enough for the naive loop, which takes the logits of all prompt positions to the heap. */
  private static final String HEAP = "-Xmx3g";

  private static final String SEPARATOR = System.getProperty("path.separator");

  private final Path peers;
  private final @Nullable Path peerJava;

  /**
   * Creates the command lines.
   *
   * @param peers the folder that holds one folder for each peer
   * @param peerJava the home of a JDK for peers that need a newer one, or null for this one
   */
  public Processes(Path peers, @Nullable Path peerJava) {
    this.peers = peers;
    this.peerJava = peerJava;
  }

  /**
   * Returns the folder that this program's jar, or its folder of classes, is in.
   *
   * @return an absolute path
   */
  public static Path home() {
    try {
      Path own =
          Path.of(Processes.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return own.toAbsolutePath().resolveSibling(".").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A Java program on this program's own class path. */
  List<String> own(String main, String... arguments) {
    return java(
        System.getProperty("java.home"),
        List.of(),
        System.getProperty("java.class.path"),
        main,
        arguments);
  }

  /** A Java program of a peer, on the peer's class path. */
  List<String> peer(String name, List<String> options, String main, String... arguments)
      throws IOException {
    Path target = peers.resolve(name).resolve("target");
    Path classes = target.resolve("classes");
    Path libraries = target.resolve("lib");
    if (!Files.isDirectory(classes) || !Files.isDirectory(libraries)) {
      throw new IOException("not built; build it with the Maven profile peers");
    }
    // This program's classes come last: a peer must find its own versions of shared libraries.
    String classPath =
        String.join(
            SEPARATOR,
            classes.toString(),
            libraries.resolve("*").toString(),
            System.getProperty("java.class.path"));
    String home = peerJava == null ? System.getProperty("java.home") : peerJava.toString();
    return java(home, options, classPath, main, arguments);
  }

  /** The usual program of a peer under Node. */
  List<String> node(String name, String... arguments) throws IOException {
    return node(name, "worker.mjs", List.of(arguments));
  }

  /**
   * Returns the command line of a Node program of a peer.
   *
   * @param name of the peer's folder
   * @param script file in that folder
   * @param arguments of the script
   * @return the command and its arguments
   * @throws IOException if the peer or Node is not installed
   */
  public List<String> node(String name, String script, List<String> arguments) throws IOException {
    Path folder = peers.resolve(name);
    if (!Files.isDirectory(folder.resolve("node_modules"))) {
      throw new IOException("not installed; run npm install --ignore-scripts in " + name);
    }
    Path node = onPath("node").orElseThrow(() -> new IOException("node is not on the path"));
    List<String> command = new ArrayList<>();
    command.add(node.toString());
    command.add(folder.resolve(script).toString());
    command.addAll(arguments);
    return command;
  }

  private static Optional<Path> onPath(String program) {
    String path = System.getenv("PATH");
    for (String folder : path == null ? new String[0] : path.split(SEPARATOR, -1)) {
      Path file = Path.of(folder, program);
      if (Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static List<String> java(
      String home, List<String> options, String classPath, String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(home, "bin", "java").toString());
    command.add(HEAP);
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(main);
    command.addAll(List.of(arguments));
    return command;
  }
}

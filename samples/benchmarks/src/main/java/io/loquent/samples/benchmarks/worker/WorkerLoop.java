package io.loquent.samples.benchmarks.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Runs what the runner asks for, until it closes standard input. Lines that begin with {@code @}
 * are for the runner; whatever else a program prints is not.
 */
public final class WorkerLoop {

  /** What begins the line of an open program; the milliseconds that loading took follow. */
  public static final String READY = "@ready ";

  /** What begins the line of a {@link Measurement}. */
  public static final String RESULT = "@result ";

  /** What begins the line of a failure; the reason follows. */
  public static final String ERROR = "@error ";

  private WorkerLoop() {}

  /**
   * Opens a program and serves the runner. It ends the process, because native threads of some
   * programs would keep it alive.
   *
   * @param opener the program
   */
  public static void serve(Program.Opener opener) {
    PrintStream out = System.out;
    // Libraries that print must not come between the lines.
    System.setOut(System.err);
    int status = 0;
    try {
      serve(opener, out);
    } catch (Exception | LinkageError e) {
      out.println(ERROR + reason(e));
      status = 1;
    }
    out.flush();
    Runtime.getRuntime().halt(status);
  }

  private static void serve(Program.Opener opener, PrintStream out) throws Exception {
    long start = System.nanoTime();
    Program program = opener.open();
    double millis = (System.nanoTime() - start) / 1e6;
    out.println(READY + String.format(Locale.ROOT, "%.1f", millis));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(answer(program, line));
      out.flush();
    }
  }

  private static String answer(Program program, String line) throws IOException {
    try {
      return RESULT + program.run(Workload.parse(line));
    } catch (Exception | LinkageError e) {
      return ERROR + reason(e);
    }
  }

  /** The failure and what was behind it: libraries wrap what one wants to know. */
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String outer = failure.getMessage();
    String text = outer == null || root == failure ? "" : outer + ": ";
    String inner = root.getMessage() == null ? root.toString() : root.getMessage();
    return (text + inner).replaceAll("\\s+", " ");
  }
}

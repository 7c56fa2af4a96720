package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.WorkerLoop;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A measured program in a process of its own. Confined to one thread. */
final class WorkerProcess implements AutoCloseable {

  private static final long PATIENCE_MINUTES = 20;

  private final Process process;
  private final BufferedWriter requests;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final double loadMillis;

  /**
   * Starts a program and waits until it is open.
   *
   * @param command its command line
   * @param log where everything goes that it prints besides answers
   */
  WorkerProcess(List<String> command, Path log) throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    Thread reader = new Thread(this::read, "answers");
    reader.setDaemon(true);
    reader.start();
    try {
      loadMillis = Double.parseDouble(answer(WorkerLoop.READY));
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  double loadMillis() {
    return loadMillis;
  }

  Measurement run(Workload workload) throws IOException {
    requests.write(workload.toString());
    requests.newLine();
    requests.flush();
    return Measurement.parse(answer(WorkerLoop.RESULT));
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("@")) {
          answers.add(line);
        }
      }
    } catch (IOException e) {
      // The process is gone.
    }
    answers.add(WorkerLoop.ERROR + "the process ended");
  }

  private String answer(String wanted) throws IOException {
    try {
      String line = answers.poll(PATIENCE_MINUTES, TimeUnit.MINUTES);
      if (line == null) {
        throw new IOException("no answer within " + PATIENCE_MINUTES + " minutes");
      }
      if (line.startsWith(wanted)) {
        return line.substring(wanted.length());
      }
      throw new IOException(
          line.startsWith(WorkerLoop.ERROR) ? line.substring(WorkerLoop.ERROR.length()) : line);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    try {
      requests.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

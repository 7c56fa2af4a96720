package io.loquent.samples.cli;

import io.loquent.internal.json.Json;
import io.loquent.spi.EncoderProvider;
import io.loquent.spi.GeneratorProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Runs a command line as a process would, but with streams in memory. */
record CommandRunner(Supplier<GeneratorProvider> provider, Supplier<EncoderProvider> encoders) {

  /** Runs commands that open generators; there are no encoders. */
  CommandRunner(Supplier<GeneratorProvider> provider) {
    this(
        provider,
        () -> {
          throw new AssertionError("no encoder is needed");
        });
  }

  /** Runs commands that open encoders; there are no generators. */
  static CommandRunner ofEncoders(Supplier<EncoderProvider> encoders) {
    return new CommandRunner(
        () -> {
          throw new AssertionError("no generator is needed");
        },
        encoders);
  }

  /** What a command left behind. */
  record Outcome(int exitCode, String out, String err) {

    /** The JSON objects on standard output. */
    List<Map<String, Object>> answers() {
      return out.lines().map(Json::parseObject).toList();
    }
  }

  Outcome run(String... args) {
    return runWith("", args);
  }

  Outcome runWith(String standardInput, String... args) {
    return runWith(standardInput.getBytes(StandardCharsets.UTF_8), args);
  }

  Outcome runWith(byte[] standardInput, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(standardInput),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    int exitCode = Main.commandLine(provider, encoders, terminal).execute(args);
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}

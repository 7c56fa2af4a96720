package io.loquent.samples.benchmarks;

import io.loquent.samples.benchmarks.constraints.ConstraintsCommand;
import io.loquent.samples.benchmarks.encoders.EncodersCommand;
import io.loquent.samples.benchmarks.pronunciation.PronunciationCommand;
import io.loquent.samples.benchmarks.run.BeamStepCommand;
import io.loquent.samples.benchmarks.run.RunCommand;
import io.loquent.samples.benchmarks.run.SpeculationCommand;
import io.loquent.samples.benchmarks.run.StartUpCommand;
import io.loquent.samples.benchmarks.run.StreamsCommand;
import java.io.IOException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line's entry point. */
@Command(
    name = "benchmarks",
    description = "Measures the speed of Loquent and of its peers.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "The command jmh measures the hot paths in Java and takes JMH's own options."})
public final class Main implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  @SuppressWarnings("UnusedVariable") // Picocli acts on it.
  private boolean help;

  private Main() {}

  /**
   * Runs one command and exits with its status.
   *
   * @param args the command and its options
   * @throws IOException if JMH cannot write its results
   */
  public static void main(String[] args) throws IOException {
    if (args.length > 0 && args[0].equals("jmh")) {
      // JMH has options of its own, -h among them, and ends by itself.
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.addSubcommand(new RunCommand(System.out, System.err));
    commandLine.addSubcommand(new BeamStepCommand(System.out));
    commandLine.addSubcommand(new StreamsCommand(System.out));
    commandLine.addSubcommand(new StartUpCommand(System.out, System.err));
    commandLine.addSubcommand(new SpeculationCommand(System.out));
    commandLine.addSubcommand(new PronunciationCommand(System.out, System.err));
    commandLine.addSubcommand(new ConstraintsCommand(System.out));
    commandLine.addSubcommand(new EncodersCommand(System.out, System.err));
    // After the subcommands: it holds for those that are there.
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(commandLine.execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "name a command: run, beam-step, streams, start-up, speculation, pronunciation, encoders,"
            + " constraints or jmh");
  }
}

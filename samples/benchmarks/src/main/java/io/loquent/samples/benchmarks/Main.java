package io.loquent.samples.benchmarks;

import io.loquent.samples.benchmarks.run.RunCommand;
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
    synopsisSubcommandLabel = "COMMAND")
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
   */
  public static void main(String[] args) {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.addSubcommand(new RunCommand(System.out, System.err));
    // After the subcommands: it holds for those that are there.
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(commandLine.execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command: run");
  }
}

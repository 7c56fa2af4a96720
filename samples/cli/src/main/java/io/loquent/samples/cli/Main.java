package io.loquent.samples.cli;

import io.loquent.spi.EncoderProvider;
import io.loquent.spi.GeneratorProvider;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line's entry point. */
@Command(
    name = "loquent",
    description = "Generates text, and reads it, with an ONNX model folder.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted by Ctrl-C.",
      "Standard input and output are UTF-8."
    })
public final class Main implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  @SuppressWarnings("UnusedVariable") // Picocli acts on it.
  private boolean help;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Prints statistics, and stack traces of errors, to standard error.")
  private boolean verbose;

  private Main() {}

  /**
   * Runs one command and exits with its status.
   *
   * @param args the command and its options
   */
  public static void main(String[] args) {
    CommandLine commandLine =
        commandLine(GeneratorProvider::load, EncoderProvider::load, Terminal.system());
    System.exit(commandLine.execute(args));
  }

  /** Puts the commands together; a provider is asked for only when a command needs a model. */
  static CommandLine commandLine(
      Supplier<GeneratorProvider> provider, Supplier<EncoderProvider> encoders, Terminal terminal) {
    Main main = new Main();
    OneLineErrors errors = new OneLineErrors(terminal, () -> main.verbose);
    CommandLine commandLine = new CommandLine(main);
    commandLine.addSubcommand(new DemoCommand(provider, terminal));
    commandLine.addSubcommand(new GenerateCommand(provider, terminal, () -> main.verbose));
    commandLine.addSubcommand(new ChatCommand(provider, terminal));
    commandLine.addSubcommand(new BatchCommand(provider, terminal));
    commandLine.addSubcommand(new ScoreCommand(provider, terminal));
    addEncoders(commandLine, encoders, terminal);
    commandLine.addSubcommand(new InspectCommand(new FolderReport(provider, encoders), terminal));
    // After the subcommands: it holds for those that are there.
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    commandLine.setParameterExceptionHandler(errors);
    commandLine.setExecutionExceptionHandler(errors);
    return commandLine;
  }

  private static void addEncoders(
      CommandLine commandLine, Supplier<EncoderProvider> provider, Terminal terminal) {
    EncoderCall call = new EncoderCall(provider);
    commandLine.addSubcommand(new EmbedCommand(call, terminal));
    commandLine.addSubcommand(new RerankCommand(call, terminal));
    commandLine.addSubcommand(new SearchCommand(provider, terminal));
    commandLine.addSubcommand(new ClassifyCommand(call, terminal));
    commandLine.addSubcommand(new TagCommand(call, terminal));
    commandLine.addSubcommand(new AnswerCommand(call, terminal));
    commandLine.addSubcommand(new FillCommand(call, terminal));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "no command given");
  }
}

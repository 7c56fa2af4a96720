package io.loquent.samples.cli;

import io.loquent.ContextOverflow;
import io.loquent.GenerationOptions;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.chat.Conversation;
import io.loquent.spi.GeneratorProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A conversation in the terminal. */
@Command(
    name = "chat",
    description = {
      "Talks with a model that has a chat template. Each turn runs only what is new.",
      "Ctrl-C stops an answer and keeps what was said; at the prompt, Ctrl-D or /exit ends.",
      "/regenerate asks for another answer, /rewind takes the last turn back, /save FILE writes"
          + " the conversation as JSON, /help lists all commands."
    })
final class ChatCommand implements Callable<Integer> {

  private static final int USUAL_NEW_TOKENS = 512;

  private final Supplier<GeneratorProvider> provider;
  private final Terminal terminal;

  @Parameters(
      paramLabel = "DIR",
      description = "The model folder, or a .properties or .json file that names it.")
  private Path model = Paths.get("");

  @Option(names = "--system", paramLabel = "TEXT", description = "The system prompt.")
  private @Nullable String system;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description = "Which graphs of the folder: auto, fp32, fp16, q8, int8, uint8, q4, ...")
  private @Nullable String precision;

  @Option(
      names = "--providers",
      paramLabel = "NAME",
      split = ",",
      description = "Where to run, in order of preference: cpu, cuda, tensorrt, coreml, ...")
  private @Nullable List<String> providers;

  @Mixin private OptionFlags flags = new OptionFlags();

  ChatCommand(Supplier<GeneratorProvider> provider, Terminal terminal) {
    this.provider = provider;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    GenerationOptions options = flags.read().orElse(usual());
    ModelConfig config = ModelChoice.adjust(ModelConfig.load(model), precision, providers);
    try (Generator generator = provider.get().open(config);
        Conversation conversation = conversation(generator, options);
        ChatLines lines = ChatLines.open(terminal)) {
      new ChatLoop(conversation, lines, terminal).run();
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GenerationOptions usual() {
    return GenerationOptions.builder()
        .maxNewTokens(USUAL_NEW_TOKENS)
        .contextOverflow(ContextOverflow.KEEP_NEWEST)
        .build();
  }

  private Conversation conversation(Generator generator, GenerationOptions options) {
    Conversation.Builder builder = Conversation.builder(generator).options(options);
    if (system != null) {
      builder.system(system);
    }
    return builder.build();
  }
}

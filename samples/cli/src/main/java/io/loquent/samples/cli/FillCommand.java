package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.RefinementStrategy;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.FilledText;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.MaskCandidate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Texts with masks in, what may stand there out. */
@Command(
    name = "fill",
    description = {
      "Says what may stand in place of each mask of a text: where, probability, token, and the"
          + " text with it.",
      "With --joint: fills all masks so that they fit each other.",
      "Masks are spelled as the model spells them, such as [MASK] or <mask>."
    })
final class FillCommand implements Callable<Integer> {

  private final EncoderCall call;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();
  @Mixin private EachMask eachMask = new EachMask();
  @Mixin private AllMasks allMasks = new AllMasks();
  @Mixin private TextList source = new TextList();

  /** The options where each mask is filled by itself. */
  static final class EachMask {
    @Option(names = "--top-k", paramLabel = "N", description = "Candidates for each mask.")
    private @Nullable Integer topK;

    @Option(
        names = "--targets",
        split = ",",
        paramLabel = "WORD",
        description = "The only words that are considered.")
    private @Nullable List<String> targets;

    private boolean isSet() {
      return topK != null || targets != null;
    }

    private FillMaskOptions build(FillMaskOptions.Builder builder) {
      if (topK != null) {
        builder.topK(topK);
      }
      if (targets != null) {
        builder.targets(targets);
      }
      return builder.build();
    }
  }

  /** The options where all masks are filled together. */
  static final class AllMasks {
    @Option(names = "--joint", description = "Fills all masks so that they fit each other.")
    private boolean joint;

    @Option(
        names = "--refinement",
        paramLabel = "NAME",
        description =
            "In which order masks are filled: easy_first, mask_predict or iterative_refinement.")
    private @Nullable RefinementStrategy refinement;

    @Option(
        names = "--num-beams",
        paramLabel = "N",
        description = "Fillings that are followed at once.")
    private @Nullable Integer numBeams;

    @Option(
        names = "--num-return-sequences",
        paramLabel = "N",
        description = "Fillings of each text that are shown.")
    private @Nullable Integer numReturnSequences;

    @Option(names = "--max-iterations", paramLabel = "N", description = "Most runs of the model.")
    private @Nullable Integer maxIterations;

    private boolean isSet() {
      return refinement != null
          || numBeams != null
          || numReturnSequences != null
          || maxIterations != null;
    }

    private JointFillOptions build(JointFillOptions.Builder builder) {
      if (refinement != null) {
        builder.strategy(refinement);
      }
      if (numBeams != null) {
        builder.numBeams(numBeams);
      }
      if (numReturnSequences != null) {
        builder.numReturnSequences(numReturnSequences);
      }
      if (maxIterations != null) {
        builder.maxIterations(maxIterations);
      }
      return builder.build();
    }
  }

  FillCommand(EncoderCall call, Terminal terminal) {
    this.call = call;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (allMasks.joint && eachMask.isSet()) {
      throw new ParameterException(
          spec.commandLine(), "--top-k and --targets do not go with --joint");
    }
    if (!allMasks.joint && allMasks.isSet()) {
      throw new ParameterException(
          spec.commandLine(),
          "--refinement, --num-beams, --num-return-sequences and --max-iterations need --joint");
    }
    FillMaskOptions each = flags.options(FillMaskOptions.builder(), eachMask::build);
    JointFillOptions all = flags.options(JointFillOptions.builder(), allMasks::build);
    ModelConfig config = model.read();
    List<String> texts = source.read(terminal);
    if (allMasks.joint) {
      printTexts(texts, call.run(config, flags, encoder -> encoder.fillJointly(texts, all)));
    } else {
      printMasks(texts, call.run(config, flags, encoder -> encoder.fillMask(texts, each)));
    }
    return 0;
  }

  private void printMasks(List<String> texts, List<List<FilledMask>> found) {
    TextResults results = new TextResults(terminal, flags.json());
    for (int i = 0; i < texts.size(); i++) {
      List<List<String>> rows = new ArrayList<>();
      for (FilledMask mask : found.get(i)) {
        for (MaskCandidate candidate : mask.candidates()) {
          rows.add(
              List.of(
                  mask.start() + "-" + mask.end(),
                  TextResults.score(candidate.probability()),
                  candidate.token(),
                  candidate.text()));
        }
      }
      results.print(
          texts.get(i),
          texts.size() > 1,
          Map.of("masks", found.get(i).stream().map(FillCommand::json).toList()),
          rows);
    }
  }

  private void printTexts(List<String> texts, List<List<FilledText>> found) {
    TextResults results = new TextResults(terminal, flags.json());
    for (int i = 0; i < texts.size(); i++) {
      results.print(
          texts.get(i),
          texts.size() > 1,
          Map.of("filled", found.get(i).stream().map(FillCommand::json).toList()),
          found.get(i).stream()
              .map(filled -> List.of(TextResults.score(filled.score()), filled.text()))
              .toList());
    }
  }

  private static Map<String, Object> json(FilledMask mask) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("start", mask.start());
    json.put("end", mask.end());
    json.put("candidates", mask.candidates().stream().map(FillCommand::json).toList());
    return json;
  }

  private static Map<String, Object> json(MaskCandidate candidate) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", candidate.id());
    json.put("token", candidate.token());
    json.put("probability", candidate.probability());
    json.put("text", candidate.text());
    return json;
  }

  private static Map<String, Object> json(FilledText filled) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", filled.text());
    json.put("score", filled.score());
    json.put("fillings", filled.fillings().stream().map(FillCommand::json).toList());
    return json;
  }

  private static Map<String, Object> json(FilledText.Filling filling) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("start", filling.start());
    json.put("end", filling.end());
    json.put("id", filling.id());
    json.put("token", filling.token());
    json.put("logprob", filling.logProbability());
    return json;
  }
}

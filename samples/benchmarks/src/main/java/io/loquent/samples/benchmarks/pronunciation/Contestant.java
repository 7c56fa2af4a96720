package io.loquent.samples.benchmarks.pronunciation;

import io.loquent.DagStrategy;
import io.loquent.Decoding;
import io.loquent.DiffusionCache;
import io.loquent.Option;
import io.loquent.ParallelDecoding;
import java.nio.file.Path;
import java.util.List;

/**
 * A model and a way to decode with it.
 *
 * @param family what kind of model it is
 * @param folder the model's folder, by name
 * @param precision as in {@code ModelConfig}
 * @param label the decoding, for people
 * @param decoding the decoding
 */
record Contestant(Family family, String folder, String precision, String label, Decoding decoding) {

  private static final String TEACHER = "g2p-transformer";
  private static final String NGRAMS = "cmudict-5gram.arpa.gz";

  /** All that is compared, the models that generate left to right first. */
  static List<Contestant> all(Path models) {
    return List.of(
        leftToRight(TEACHER, "fp32", "greedy", Decoding.greedy()),
        leftToRight(TEACHER, "fp32", "beam 5", Decoding.beam(5)),
        leftToRight(TEACHER, "q8", "greedy", Decoding.greedy()),
        leftToRight(TEACHER, "q8", "beam 5", Decoding.beam(5)),
        // Its states.json names the graphs, which are int8.
        leftToRight("g2p-gru", "auto", "greedy", Decoding.greedy()),
        leftToRight("g2p-gru", "auto", "beam 5", Decoding.beam(5)),
        canvas("g2p-nat", "one shot", ParallelDecoding.maskPredict(1)),
        canvas(
            "g2p-nat",
            "one shot, 3 lengths, reranked",
            ParallelDecoding.maskPredict(1).lengthBeam(3).rerankModel(models.resolve(TEACHER))),
        canvas("g2p-cmlm", "mask-predict, 1 iteration", ParallelDecoding.maskPredict(1)),
        canvas("g2p-cmlm", "mask-predict, 4 iterations", ParallelDecoding.maskPredict(4)),
        canvas(
            "g2p-cmlm",
            "mask-predict, 4 iterations, 3 lengths, reranked",
            ParallelDecoding.maskPredict(4).lengthBeam(3).rerankModel(models.resolve(TEACHER))),
        canvas("g2p-cmlm", "mask-predict, 10 iterations", ParallelDecoding.maskPredict(10)),
        canvas("g2p-cmlm", "iterative refinement", ParallelDecoding.iterativeRefinement(10)),
        canvas("g2p-cmlm", "easy-first", ParallelDecoding.easyFirst(1)),
        int8(Family.EDITS, "g2p-levenshtein", "up to 9 iterations", ParallelDecoding.edits(9)),
        int8(Family.CTC, "g2p-ctc", "greedy", Decoding.greedy()),
        int8(Family.CTC, "g2p-ctc", "prefix beam 10", ParallelDecoding.ctcBeam(10)),
        int8(
            Family.CTC,
            "g2p-ctc",
            "prefix beam 10, 5-gram",
            ParallelDecoding.ctcBeam(10)
                .languageModel(models.resolve(NGRAMS))
                .languageModelWeights(0.4, 0.5)),
        graph("greedy", ParallelDecoding.dag(DagStrategy.GREEDY)),
        graph("lookahead", ParallelDecoding.dag(DagStrategy.LOOKAHEAD)),
        graph("joint Viterbi", ParallelDecoding.dag(DagStrategy.JOINT_VITERBI)),
        graph("beam 20", ParallelDecoding.dagBeam(20)),
        graph(
            "beam 10, 5-gram",
            ParallelDecoding.dagBeam(10)
                .set(Option.LANGUAGE_MODEL, models.resolve(NGRAMS).toString())
                .set(Option.LM_ALPHA, 0.2)),
        diffusion("one slot per run", ParallelDecoding.diffusion()),
        diffusion("threshold 0.9", ParallelDecoding.diffusion().threshold(0.9)),
        diffusion(
            "threshold 0.9, dual cache",
            ParallelDecoding.diffusion().threshold(0.9).cache(DiffusionCache.DUAL)));
  }

  private static Contestant leftToRight(
      String folder, String precision, String label, Decoding decoding) {
    return new Contestant(Family.AUTOREGRESSIVE, folder, precision, label, decoding);
  }

  private static Contestant canvas(String folder, String label, Decoding decoding) {
    return int8(Family.MASKED_CANVAS, folder, label, decoding);
  }

  private static Contestant graph(String label, Decoding decoding) {
    return int8(Family.DIRECTED_ACYCLIC_GRAPH, "g2p-dat", label, decoding);
  }

  private static Contestant diffusion(String label, Decoding decoding) {
    return int8(Family.DIFFUSION, "g2p-diffusion", label, decoding);
  }

  private static Contestant int8(Family family, String folder, String label, Decoding decoding) {
    return new Contestant(family, folder, "q8", label, decoding);
  }

  /** Whether others' speed may be a multiple of this one's: the teacher's beam search. */
  boolean isBaseline() {
    return folder.equals(TEACHER) && label.equals("beam 5");
  }

  /** The weights' number format, for people. */
  String weights() {
    return precision.equals("fp32") ? "fp32" : "int8";
  }

  /** A short name of both model and decoding. */
  String title() {
    String name = folder.startsWith("g2p-") ? folder.substring("g2p-".length()) : folder;
    return folder.equals(TEACHER) ? name + " " + weights() + ", " + label : name + ", " + label;
  }
}

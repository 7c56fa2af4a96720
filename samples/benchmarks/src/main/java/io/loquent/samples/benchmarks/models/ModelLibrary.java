package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds model folders when they are first asked for, and keeps them. All forms and precisions of a
 * shape come from the same random weights. Confined to one thread.
 */
public final class ModelLibrary {

  /** Folders that an older recipe wrote are built again. */
  private static final String RECIPE = "recipe-1";

  private static final long SEED = 7;

  private final Path root;
  private final LlamaShape llama;
  private final MarianShape marian;

  /**
   * Creates a library.
   *
   * @param root where the folders are kept
   * @param llama the shape of decoders
   * @param marian the shape of encoder-decoders
   */
  public ModelLibrary(Path root, LlamaShape llama, MarianShape marian) {
    this.root = root;
    this.llama = llama;
    this.marian = marian;
  }

  /**
   * Returns the shape of decoders.
   *
   * @return the sizes
   */
  public LlamaShape llama() {
    return llama;
  }

  /**
   * Returns a model in ONNX, in the folder layout that goes with its form.
   *
   * @param form the kind of graph
   * @param precision how weights are stored
   * @return the model
   * @throws IOException if it cannot be written
   */
  public BenchmarkModel onnx(Form form, Precision precision) throws IOException {
    String shape = form == Form.MARIAN ? marian.name() : llama.name();
    Path folder = root.resolve(shape).resolve(form.label() + "-" + precision.label());
    buildOnce(
        folder,
        () -> {
          if (form == Form.MARIAN) {
            writeMarian(folder, precision);
          } else {
            writeLlama(folder, form, precision);
          }
        });
    if (form == Form.MARIAN) {
      return new BenchmarkModel(
          folder,
          form,
          precision,
          marian.vocabulary(),
          marian.pad(),
          MarianShape.EOS,
          Marian.bytesPerStep(marian, precision),
          marian.cacheBytesPerPosition());
    }
    LlamaWeights weights = new LlamaWeights(llama, SEED);
    return new BenchmarkModel(
        folder,
        form,
        precision,
        llama.vocabulary(),
        LlamaShape.BOS,
        LlamaShape.EOS,
        new LlamaMatrices(llama, weights).bytesPerStep(precision),
        llama.cacheBytesPerPosition());
  }

  /**
   * Returns an encoder in ONNX, in the folder layout of sentence transformers.
   *
   * @param shape its sizes
   * @param precision how weights are stored
   * @return a folder with {@code model.onnx}, {@code tokenizer.json} and {@code modules.json}
   * @throws IOException if it cannot be written
   */
  public Path encoder(BertShape shape, Precision precision) throws IOException {
    Path folder = root.resolve(shape.name()).resolve("encoder-" + precision.label());
    buildOnce(
        folder,
        () -> {
          try (WeightFile file = new WeightFile(folder.resolve("model.onnx_data"))) {
            Bert.build(shape, SEED, file, precision).write(folder.resolve("model.onnx"));
          }
          ModelConfigs.writeBert(folder, shape);
        });
    return folder;
  }

  /**
   * Returns the weights of the decoder shape as llama.cpp reads them.
   *
   * @param precision fp32 (F32), either int8 (Q8_0) or int4 (Q4_0)
   * @return a GGUF file
   * @throws IOException if it cannot be written
   */
  public Path gguf(Precision precision) throws IOException {
    GgmlType type = GgmlType.of(precision);
    Path folder = root.resolve(llama.name()).resolve("gguf-" + type);
    Path file = folder.resolve("model.gguf");
    buildOnce(folder, () -> LlamaGguf.of(llama, new LlamaWeights(llama, SEED), type).write(file));
    return file;
  }

  /**
   * Returns the name that llama.cpp has for the type of the weights.
   *
   * @param precision as for {@link #gguf}
   * @return such as Q8_0
   */
  public static String ggufType(Precision precision) {
    return GgmlType.of(precision).name();
  }

  /**
   * Returns how many bytes llama.cpp reads of the weights in a decoding step.
   *
   * @param precision as for {@link #gguf}
   * @return bytes of all matrices, the head included
   */
  public long ggufWeightBytes(Precision precision) {
    long values =
        new LlamaMatrices(llama, new LlamaWeights(llama, SEED)).bytesPerStep(Precision.FP32)
            / Float.BYTES;
    return GgmlType.of(precision).bytes(values);
  }

  /**
   * Returns the weights of the decoder shape as a Hugging Face checkpoint in floats.
   *
   * @return a folder with {@code model.safetensors}, {@code config.json} and {@code tokenizer.json}
   * @throws IOException if it cannot be written
   */
  public Path checkpoint() throws IOException {
    Path folder = root.resolve(llama.name()).resolve("safetensors");
    buildOnce(folder, () -> LlamaCheckpoint.write(folder, llama, new LlamaWeights(llama, SEED)));
    return folder;
  }

  private void writeLlama(Path folder, Form form, Precision precision) throws IOException {
    LlamaWeights weights = new LlamaWeights(llama, SEED);
    try (WeightFile file = new WeightFile(folder.resolve("model.onnx_data"))) {
      GraphBuilder graph =
          form == Form.PLAIN
              ? PlainLlama.build(llama, weights, file, precision)
              : FusedLlama.build(llama, weights, file, precision);
      graph.write(folder.resolve("model.onnx"));
    }
    ModelConfigs.writeLlama(folder, llama);
    if (form == Form.FUSED) {
      ModelConfigs.writeGenai(folder, llama);
    }
  }

  private void writeMarian(Path folder, Precision precision) throws IOException {
    try (WeightFile file = new WeightFile(folder.resolve("model.onnx_data"))) {
      Marian.Graphs graphs = Marian.build(marian, SEED, file, precision);
      graphs.encoder().write(folder.resolve("encoder_model.onnx"));
      graphs.decoder().write(folder.resolve("decoder_model.onnx"));
      graphs.decoderWithPast().write(folder.resolve("decoder_with_past_model.onnx"));
    }
    ModelConfigs.writeMarian(folder, marian);
  }

  /** Builds something into a folder. */
  @FunctionalInterface
  private interface Recipe {
    void write() throws IOException;
  }

  private static void buildOnce(Path folder, Recipe recipe) throws IOException {
    Path mark = folder.resolve(".built");
    if (Files.exists(mark) && Files.readString(mark).equals(RECIPE)) {
      return;
    }
    Files.createDirectories(folder);
    Files.deleteIfExists(mark);
    recipe.write();
    // Last, so that a folder left half-written is built again.
    Files.writeString(mark, RECIPE);
  }
}

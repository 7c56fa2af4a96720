package io.loquent.samples.benchmarks.models;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Writes a Llama shape as a Hugging Face checkpoint: {@code model.safetensors} in floats, and a
 * byte-level tokenizer without merges, for programs that read such folders.
 */
final class LlamaCheckpoint {

  private static final int BYTES = 256;

  private record Tensor(String name, List<Integer> shape, Supplier<float[]> values) {
    long bytes() {
      return shape.stream().mapToLong(Integer::longValue).reduce(Float.BYTES, (a, b) -> a * b);
    }
  }

  private final LlamaShape shape;
  private final LlamaWeights weights;
  private final List<Tensor> tensors = new ArrayList<>();

  private LlamaCheckpoint(LlamaShape shape, LlamaWeights weights) {
    this.shape = shape;
    this.weights = weights;
  }

  static void write(Path folder, LlamaShape shape, LlamaWeights weights) throws IOException {
    LlamaCheckpoint checkpoint = new LlamaCheckpoint(shape, weights);
    checkpoint.collect();
    checkpoint.writeTensors(folder.resolve("model.safetensors"));
    ModelConfigs.writeLlama(folder, shape);
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer(shape.vocabulary()));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"tokenizer_class": "GPT2Tokenizer", "bos_token": "<s>", "eos_token": "</s>", \
        "unk_token": "<unk>", "model_max_length": 4096}
        """);
  }

  private void collect() {
    int hidden = shape.hidden();
    add("model.embed_tokens.weight", shape.vocabulary(), hidden, weights::embedding);
    addNorm("model.norm.weight");
    for (int i = 0; i < shape.layers(); i++) {
      int layer = i;
      String prefix = "model.layers." + layer + ".";
      addNorm(prefix + "input_layernorm.weight");
      addNorm(prefix + "post_attention_layernorm.weight");
      String attention = prefix + "self_attn.";
      int queries = shape.queryWidth();
      int keys = shape.keyWidth();
      add(attention + "q_proj.weight", queries, hidden, () -> weights.query(layer));
      add(attention + "k_proj.weight", keys, hidden, () -> weights.key(layer));
      add(attention + "v_proj.weight", keys, hidden, () -> weights.value(layer));
      add(attention + "o_proj.weight", hidden, queries, () -> weights.output(layer));
      add(prefix + "mlp.gate_proj.weight", shape.inner(), hidden, () -> weights.gate(layer));
      add(prefix + "mlp.up_proj.weight", shape.inner(), hidden, () -> weights.up(layer));
      add(prefix + "mlp.down_proj.weight", hidden, shape.inner(), () -> weights.down(layer));
    }
  }

  private void add(String name, int rows, int columns, Supplier<float[]> values) {
    tensors.add(new Tensor(name, List.of(rows, columns), values));
  }

  private void addNorm(String name) {
    tensors.add(new Tensor(name, List.of(shape.hidden()), weights::norm));
  }

  private void writeTensors(Path file) throws IOException {
    List<String> entries = new ArrayList<>();
    long offset = 0;
    for (Tensor tensor : tensors) {
      long end = offset + tensor.bytes();
      entries.add(
          "\""
              + tensor.name
              + "\":{\"dtype\":\"F32\",\"shape\":"
              + tensor.shape
              + ",\"data_offsets\":["
              + offset
              + ","
              + end
              + "]}");
      offset = end;
    }
    String json = "{" + String.join(",", entries) + "}";
    // The data begins at a multiple of eight.
    String header = json + " ".repeat(-json.length() & 7);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      byte[] length =
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length())
              .array();
      out.write(length);
      out.write(header.getBytes(StandardCharsets.US_ASCII));
      for (Tensor tensor : tensors) {
        out.write(GgmlType.F32.encode(tensor.values.get()));
      }
    }
  }

  private static String tokenizer(int size) {
    List<String> entries = new ArrayList<>();
    for (String special : List.of("<unk>", "<s>", "</s>")) {
      entries.add("\"" + special + "\":" + entries.size());
    }
    List<Integer> shown = new ArrayList<>();
    for (int value = 0; value < BYTES; value++) {
      shown.add(shownAs(value));
    }
    for (int character : shown) {
      entries.add(String.format("\"\\u%04x\":%d", character, entries.size()));
    }
    while (entries.size() < size) {
      entries.add("\"zz" + entries.size() + "\":" + entries.size());
    }
    return """
        {"version": "1.0", "truncation": null, "padding": null,
         "added_tokens": [
          {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, \
        "normalized": false, "special": true},
          {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, \
        "normalized": false, "special": true},
          {"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, \
        "normalized": false, "special": true}],
         "normalizer": null,
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, \
        "use_regex": true},
         "post_processor": null,
         "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, \
        "use_regex": true},
         "model": {"type": "BPE", "dropout": null, "unk_token": null, \
        "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false, \
        "byte_fallback": false, "vocab": {%s}, "merges": []}}
        """
        .replace("%s", String.join(",", entries));
  }

  /** How byte-level vocabularies write a byte: as itself if it prints, else from 256 on. */
  private static int shownAs(int value) {
    int hidden = 0;
    for (int other = 0; other <= value; other++) {
      boolean prints =
          (other >= '!' && other <= '~')
              || (other >= 161 && other <= 172)
              || (other >= 174 && other <= 255);
      if (other == value && prints) {
        return value;
      }
      if (!prints) {
        hidden++;
      }
    }
    return BYTES + hidden - 1;
  }
}

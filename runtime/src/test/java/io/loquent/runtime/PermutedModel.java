package io.loquent.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A decoder fixture whose vocabulary is in another order: the same model with other ids. */
final class PermutedModel {

  private static final int TOKENS = 512;
  private static final int WIDTH = 32;

  private PermutedModel() {}

  /** The id of a token in the copy; the end token keeps its own. */
  static int permuted(int id) {
    return id == 0 ? 0 : 1 + (id - 1) * 5 % (TOKENS - 1);
  }

  /** Copies a fixture of 512 tokens and 32 channels, whose embedding and head are not tied. */
  static Path of(String fixture, Path folder) {
    Path copy = Folders.copy(fixture, folder.resolve(fixture + "-permuted"));
    byte[] graph = Folders.read(copy.resolve("model.onnx"));
    // A field of raw data, of the length of both matrices.
    byte[] start = {0x4A, (byte) 0x80, (byte) 0x80, 0x04};
    int embedding = find(graph, start, 0);
    int head = find(graph, start, embedding + TOKENS * WIDTH * Float.BYTES);
    permute(graph, embedding, WIDTH, 1);
    permute(graph, head, 1, TOKENS);
    Folders.write(copy, "model.onnx", graph);
    String tokenizer = Folders.text(copy.resolve("tokenizer.json"));
    int vocabulary = tokenizer.indexOf("\"vocab\"");
    Matcher entry = Pattern.compile("\": (\\d+)(,?\n)").matcher(tokenizer);
    StringBuilder permuted = new StringBuilder();
    int copied = 0;
    for (boolean found = entry.find(vocabulary); found; found = entry.find()) {
      permuted.append(tokenizer, copied, entry.start(1));
      permuted.append(permuted(Integer.parseInt(entry.group(1))));
      copied = entry.end(1);
    }
    permuted.append(tokenizer.substring(copied));
    return Folders.write(
            copy, "tokenizer.json", permuted.toString().getBytes(StandardCharsets.UTF_8))
        .getParent();
  }

  private static int find(byte[] bytes, byte[] wanted, int from) {
    for (int at = from; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at + wanted.length;
      }
    }
    throw new IllegalArgumentException("the graph has no such matrix");
  }

  /** Moves {@code [512, 32]} or {@code [32, 512]} values to the places of the new ids. */
  private static void permute(byte[] graph, int at, int tokenStride, int channelStride) {
    ByteBuffer old =
        ByteBuffer.wrap(graph.clone(), at, TOKENS * WIDTH * Float.BYTES)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer target = ByteBuffer.wrap(graph).order(ByteOrder.LITTLE_ENDIAN);
    for (int id = 0; id < TOKENS; id++) {
      for (int channel = 0; channel < WIDTH; channel++) {
        float value = old.getFloat((id * tokenStride + channel * channelStride) * Float.BYTES);
        int place = permuted(id) * tokenStride + channel * channelStride;
        target.putFloat(at + place * Float.BYTES, value);
      }
    }
  }
}

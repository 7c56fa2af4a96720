package io.loquent.tokenizers;

import io.loquent.ModelLoadException;
import io.loquent.spi.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Opens the tokenizers of a model folder as Hugging Face tools write them.
 *
 * <p>{@code tokenizer_config.json} is applied where Hugging Face's {@code PreTrainedTokenizerFast}
 * lets it change ids or text: its special and added tokens are added to the tokenizer, and {@code
 * clean_up_tokenization_spaces} (false unless it says true) tidies decoded text. A {@code
 * special_tokens_map.json} is read when the configuration lists no added tokens.
 *
 * <p>The native library is unpacked once per machine, below {@code .djl.ai} in the home folder or,
 * if that is read-only, in the temporary folder; the environment variables or system properties
 * {@code ENGINE_CACHE_DIR} and {@code DJL_CACHE_DIR} name another place.
 */
public final class TokenizerFolder {

  private static final String TOKENIZER = "tokenizer.json";
  private static final String TARGET_TOKENIZER = "tokenizer_target.json";

  private TokenizerFolder() {}

  /**
   * Opens {@code tokenizer.json}: the tokenizer of the model's input, and of its output too unless
   * there is a target tokenizer. Without it, a model for CTC may have a {@code vocab.json}, which
   * writes what it hears.
   *
   * @param folder a model folder
   * @return a tokenizer, to be closed; empty if the folder has no such file
   * @throws ModelLoadException if the file or its configuration is broken, or if the native library
   *     does not run on this machine
   */
  public static Optional<Tokenizer> load(Path folder) {
    Optional<Tokenizer> tokenizer = load(folder, TOKENIZER);
    return tokenizer.isPresent() ? tokenizer : CtcTokenizer.open(folder);
  }

  /**
   * Opens {@code tokenizer_target.json}: turns given target text into ids, for models whose source
   * and target are written differently.
   *
   * @param folder a model folder
   * @return a tokenizer, to be closed; empty if the folder has no such file
   * @throws ModelLoadException if the file or its configuration is broken, or if the native library
   *     does not run on this machine
   */
  public static Optional<Tokenizer> loadTarget(Path folder) {
    return load(folder, TARGET_TOKENIZER);
  }

  private static Optional<Tokenizer> load(Path folder, String fileName) {
    Path file = folder.resolve(fileName);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(
        NativeTokenizer.open(TokenizerFile.read(file, TokenizerConfig.read(folder))));
  }
}

package io.loquent.runtime;

import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model folder with all that was opened in it.
 *
 * @param model the graphs
 * @param tokenizer the tokenizer, if the folder has one
 * @param targetTokenizer the tokenizer of given target texts, if the folder has one of its own
 * @param chats reads conversations
 */
record OpenedFolder(
    LoadedModel model,
    @Nullable Tokenizer tokenizer,
    @Nullable Tokenizer targetTokenizer,
    ChatReader chats)
    implements AutoCloseable {

  /**
   * Ids beyond the model's vocabulary that a tokenizer may have: some add tokens that the model was
   * never given. More than that, and it belongs to another model.
   */
  private static final int MOST_EXTRA_TOKENS = 128;

  static OpenedFolder open(ModelConfig config, List<String> findings) {
    LoadedModel model = LoadedModel.load(config, findings);
    Tokenizer tokenizer = null;
    Tokenizer target = null;
    try {
      Path folder = config.tokenizerFolder().orElse(config.folder());
      tokenizer = TokenizerFolder.load(folder).orElse(null);
      target = TokenizerFolder.loadTarget(folder).orElse(null);
      findings.add(explain(folder, tokenizer));
      check(config, folder, model, tokenizer);
      return new OpenedFolder(model, tokenizer, target, ChatReader.open(folder, findings));
    } catch (RuntimeException e) {
      new OpenedFolder(model, tokenizer, target, ChatReader.none()).close();
      throw e;
    }
  }

  private static String explain(Path folder, @Nullable Tokenizer tokenizer) {
    return tokenizer == null
        ? "tokenizer: none (no tokenizer.json in " + folder + "); the model reads token ids only"
        : "tokenizer: "
            + (Files.exists(folder.resolve("tokenizer.json")) ? "tokenizer.json" : "vocab.json")
            + " with "
            + tokenizer.vocabularySize()
            + " entries";
  }

  private static void check(
      ModelConfig config, Path folder, LoadedModel model, @Nullable Tokenizer tokenizer) {
    if (tokenizer == null) {
      if (config.tokenizerFolder().isPresent()) {
        throw new ModelLoadException(
            folder.toAbsolutePath()
                + (Files.isDirectory(folder)
                    ? ": the configured tokenizer folder has no tokenizer.json"
                    : ": there is no such folder; the configuration names it as the tokenizer's"));
      }
      return;
    }
    int known = Math.max(model.inputVocabularySize(), model.info().vocabularySize());
    if (tokenizer.vocabularySize() > known + MOST_EXTRA_TOKENS) {
      throw new ModelLoadException(
          folder.resolve("tokenizer.json")
              + " has "
              + tokenizer.vocabularySize()
              + " entries, and the model's vocabulary has "
              + known
              + ": the tokenizer belongs to another model; put the one that the model was trained"
              + " with beside it");
    }
  }

  /** Reads prompts. */
  PromptReader reader() {
    return new PromptReader(model, tokenizer, chats);
  }

  /** Reads given target texts. */
  PromptReader targetReader() {
    return new PromptReader(model, targetTokenizer == null ? tokenizer : targetTokenizer, chats);
  }

  @Override
  public void close() {
    try {
      if (tokenizer != null) {
        tokenizer.close();
      }
      if (targetTokenizer != null) {
        targetTokenizer.close();
      }
    } finally {
      model.close();
    }
  }
}

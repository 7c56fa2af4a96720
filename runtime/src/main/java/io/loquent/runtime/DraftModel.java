package io.loquent.runtime;

import io.loquent.decoding.DecodingState;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A smaller model that guesses for another. Thread-safe.
 *
 * @param folder what was opened
 * @param translation between the vocabularies; null if they are the same
 * @param decoderStart what begins the decoder prompts of an encoder-decoder with another
 *     vocabulary; otherwise empty
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record DraftModel(
    OpenedFolder folder, @Nullable VocabularyTranslation translation, int[] decoderStart) {

  /** The longest sequence of the other model that it can guess for, in that one's tokens. */
  int contextLength() {
    // With another tokenizer the state itself counts.
    return translation == null ? ownContext() : Integer.MAX_VALUE;
  }

  private int ownContext() {
    return folder.model().contextLength().orElse(Integer.MAX_VALUE);
  }

  /**
   * Opens a state with a prompt in its only row.
   *
   * @param row the other model's prompt
   * @param longest the other model's longest sequence, in its tokens; a hint for sizes
   * @param control stops its runs
   * @return a state in the other model's tokens, not started
   */
  DecodingState open(PromptRow row, int longest, RunControl control) {
    LoadedModel model = folder.model();
    OpenOptions options = new OpenOptions(false, true, false, longest);
    if (translation == null) {
      return model.open(List.of(row), options, control);
    }
    PromptRow own = translated(translation, row);
    int length = own.ids().length;
    int[] encoderIds = own.encoderIds();
    boolean fits =
        length < ownContext() && (encoderIds == null || encoderIds.length <= ownContext());
    return new TranslatedState(
        translation,
        fits ? model.open(List.of(own), options, control) : null,
        length,
        ownContext());
  }

  private PromptRow translated(VocabularyTranslation between, PromptRow row) {
    if (!folder.model().isEncoderDecoder()) {
      return new PromptRow(between.prompt(row.ids()), null, null);
    }
    int[] ids = decoderStart;
    if (row.ids().length > 1) {
      int[] rest = between.continuation(row.ids(), 1, row.ids().length);
      ids = IntStream.concat(IntStream.of(ids), IntStream.of(rest)).toArray();
    }
    int[] encoderIds = row.encoderIds();
    return new PromptRow(
        ids, encoderIds == null ? null : between.prompt(encoderIds), row.features());
  }
}

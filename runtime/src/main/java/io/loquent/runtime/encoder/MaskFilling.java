package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.heads.LogitsCheck;
import io.loquent.decoding.heads.MaskedTokens;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.MaskCandidate;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what may stand in place of each mask, each while the others stay. Thread-safe until the
 * model is closed.
 */
public final class MaskFilling {

  private final EncoderContext context;
  private final MaskReader reader;

  /**
   * Creates the task.
   *
   * @param context the opened model
   */
  public MaskFilling(EncoderContext context) {
    this.context = context;
    reader = new MaskReader(context);
  }

  /**
   * Fills masks.
   *
   * @param texts each holds at least one mask
   * @param options how many candidates a mask gets, and of which words
   * @return for each text one entry for each mask
   */
  public List<List<FilledMask>> fill(List<String> texts, FillMaskOptions options) {
    Mask mask = reader.mask(EncoderTask.FILL_MASK);
    int @Nullable [] targets = options.targets().isEmpty() ? null : targets(options.targets());
    List<List<ClearestView>> masks = reader.masks(texts, mask, options);
    Map<ClearestView, List<MaskedTokens.Scored>> best = best(masks, targets, options);
    List<List<FilledMask>> filled = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      List<FilledMask> ofText = new ArrayList<>();
      for (ClearestView view : masks.get(i)) {
        ofText.add(
            filled(texts.get(i), ofText.size(), view, best.getOrDefault(view, List.of()), mask));
      }
      filled.add(ofText);
    }
    return filled;
  }

  /** Asks for windows with masks only, each once. */
  private Map<ClearestView, List<MaskedTokens.Scored>> best(
      List<List<ClearestView>> masks, int @Nullable [] targets, FillMaskOptions options) {
    Map<Window, List<ClearestView>> byWindow =
        masks.stream()
            .flatMap(List::stream)
            .collect(
                Collectors.groupingBy(
                    ClearestView::window, LinkedHashMap::new, Collectors.toList()));
    Map<ClearestView, List<MaskedTokens.Scored>> best = new HashMap<>();
    RowReader row =
        (window, outputs, index) -> {
          float[] logits = new float[(int) outputs.shape(TaskDetection.LOGITS)[2]];
          for (ClearestView view : byWindow.getOrDefault(window, List.of())) {
            outputs.token(TaskDetection.LOGITS, index, view.token(), logits);
            LogitsCheck.check(logits, "vocabulary entry");
            best.put(
                view,
                targets == null
                    ? MaskedTokens.best(logits, options.topK())
                    : MaskedTokens.best(logits, options.topK(), targets));
          }
        };
    List<Window> windows = new ArrayList<>(byWindow.keySet());
    context.batches().run(windows, Set.of(TaskDetection.LOGITS), options, row);
    return best;
  }

  private FilledMask filled(
      String text, int index, ClearestView view, List<MaskedTokens.Scored> best, Mask mask) {
    Tokenizer tokenizer = context.reader().tokenizer();
    MaskedText masked = new MaskedText(text, view.window().tokens(), tokenizer, mask);
    int[] place = {view.token()};
    List<MaskCandidate> candidates =
        best.stream()
            .map(
                token ->
                    new MaskCandidate(
                        token.id(),
                        tokenizer.decode(new int[] {token.id()}, false),
                        token.probability(),
                        masked.filled(place, new int[] {token.id()})))
            .collect(Collectors.toList());
    return new FilledMask(index, masked.start(view.token()), masked.end(view.token()), candidates);
  }

  private int[] targets(List<String> words) {
    return words.stream().mapToInt(this::target).distinct().toArray();
  }

  private int target(String word) {
    Tokenizer tokenizer = context.reader().tokenizer();
    OptionalInt spelled = tokenizer.tokenToId(word);
    if (spelled.isPresent()) {
      return checked(word, spelled.getAsInt());
    }
    int[] ids = tokenizer.encode(word, false);
    if (ids.length != 1) {
      List<String> pieces =
          Arrays.stream(ids)
              .mapToObj(id -> tokenizer.idToToken(id).orElse("?"))
              .collect(Collectors.toList());
      throw new InvalidRequestException(
          "the target \""
              + word
              + "\" is "
              + ids.length
              + " tokens, "
              + pieces
              + ", and a mask stands for one; choose a word that is one token, or write as many"
              + " masks and use fillJointly");
    }
    if (tokenizer.isSpecial(ids[0])) {
      throw new InvalidRequestException(
          "the target \""
              + word
              + "\" is not in the vocabulary: the tokenizer reads it as "
              + tokenizer.idToToken(ids[0]).orElse("token " + ids[0]));
    }
    return checked(word, ids[0]);
  }

  private int checked(String word, int id) {
    int known = context.vocabularySize();
    if (known > 0 && id >= known) {
      throw new InvalidRequestException(
          "the target \""
              + word
              + "\" is token "
              + id
              + ", and the model scores ids from 0 to "
              + (known - 1));
    }
    return id;
  }
}

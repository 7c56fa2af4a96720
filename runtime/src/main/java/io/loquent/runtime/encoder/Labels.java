package io.loquent.runtime.encoder;

import io.loquent.ModelLoadException;
import io.loquent.runtime.model.EncoderModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of a model's labels ({@code id2label} of {@code config.json}). Immutable.
 *
 * @param names by index; empty if the configuration has none
 */
record Labels(List<String> names) {

  Labels {
    names = List.copyOf(names);
  }

  static Labels of(EncoderModel model) {
    List<String> names = new ArrayList<>();
    if (model.json("config.json").get("id2label") instanceof Map<?, ?> byId) {
      for (int id = 0; id < byId.size(); id++) {
        @Nullable Object name = byId.get(String.valueOf(id));
        if (name == null) {
          throw new ModelLoadException(
              model.folder()
                  + ": \"id2label\" of config.json has "
                  + byId.size()
                  + " entries but none for "
                  + id
                  + "; found "
                  + byId.keySet());
        }
        names.add(String.valueOf(name));
      }
    }
    return new Labels(names);
  }

  /** The name of a label; {@code LABEL_3} where none is known, as Hugging Face calls it. */
  String name(int label) {
    return label < names.size() ? names.get(label) : "LABEL_" + label;
  }
}

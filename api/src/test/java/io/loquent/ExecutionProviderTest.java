package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.loquent.ExecutionProvider.Kind;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecutionProviderTest {

  @Test
  void every_kind_is_found_by_its_name_in_any_case() {
    for (Kind kind : Kind.values()) {
      assertThat(Kind.parse(kind.name())).isEqualTo(kind);
      assertThat(Kind.parse(kind.name().toLowerCase(Locale.ROOT))).isEqualTo(kind);
    }
  }

  @Test
  void an_unknown_name_lists_all_kinds() {
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> Kind.parse("gpu"))
        .withMessage(
            "unknown execution provider \"gpu\"; known: cpu, cuda, tensorrt, coreml, nnapi,"
                + " xnnpack, directml");
  }

  @Test
  void options_are_copied() {
    Map<String, String> options = new HashMap<>(Map.of("device_id", "0"));
    ExecutionProvider provider = new ExecutionProvider(Kind.CUDA, options);
    options.put("device_id", "1");
    assertThat(provider.options()).containsExactly(Map.entry("device_id", "0"));
    assertThat(provider).isEqualTo(new ExecutionProvider(Kind.CUDA, Map.of("device_id", "0")));
  }

  @Test
  void null_is_refused() {
    assertThatNullPointerException().isThrownBy(() -> ExecutionProvider.of(null));
    assertThatNullPointerException().isThrownBy(() -> new ExecutionProvider(Kind.CPU, null));
  }
}

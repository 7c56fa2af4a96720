package io.loquent.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This module has no implementation on its class path, as an application that forgot one. */
class GeneratorProviderTest {

  @TempDir Path folder;

  @Test
  void a_missing_implementation_names_the_artifact_to_add() {
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(GeneratorProvider::load)
        .withMessageContaining("add the dependency io.loquent:loquent-runtime");
  }

  @Test
  void opening_and_inspecting_without_an_implementation_say_the_same() {
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> Generator.open(folder))
        .withMessageContaining("io.loquent:loquent-runtime");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> Generator.inspect(ModelConfig.load(folder)))
        .satisfies(e -> assertThat(e).hasMessageContaining("io.loquent:loquent-runtime"));
  }
}

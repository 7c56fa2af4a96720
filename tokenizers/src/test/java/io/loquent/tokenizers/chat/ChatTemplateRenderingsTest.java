package io.loquent.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loquent.InvalidRequestException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Templates of public models against what Hugging Face transformers rendered with them. */
class ChatTemplateRenderingsTest {

  static Stream<String> templates() {
    return RecordedChats.folders().stream().map(folder -> folder.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("templates")
  void a_public_template_gives_what_hugging_face_gives(String name) {
    Path folder =
        RecordedChats.folders().stream()
            .filter(candidate -> candidate.endsWith(name))
            .findFirst()
            .orElseThrow();
    ChatTemplate template = ChatTemplate.load(folder, RecordedChats.CLOCK).orElseThrow();
    for (Map.Entry<String, Object> expected : RecordedChats.renderings(folder).entrySet()) {
      String conversation = expected.getKey();
      if (expected.getValue() == null) {
        assertThatExceptionOfType(InvalidRequestException.class)
            .as(conversation)
            .isThrownBy(() -> template.render(RecordedChats.chat(conversation)))
            .withMessageContaining("chat template");
      } else {
        assertThat(template.render(RecordedChats.chat(conversation)))
            .as(conversation)
            .isEqualTo(expected.getValue());
      }
    }
  }

  @Test
  void there_are_more_than_sixty_templates_with_several_renderings_each() {
    assertThat(RecordedChats.folders())
        .hasSizeGreaterThan(60)
        .allSatisfy(
            folder ->
                assertThat(RecordedChats.renderings(folder).values().stream())
                    .filteredOn(rendering -> rendering instanceof String)
                    .hasSizeGreaterThanOrEqualTo(3));
  }
}

package io.loquent.samples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README says is true of the sources. */
final class ReadmeTest {

  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Path MODELS = ROOT.resolve("samples/models");
  private static final Path SNIPPETS =
      ROOT.resolve("samples/cli/src/test/java/io/loquent/samples/readme");
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)]+)\\)");

  private static String readme() throws IOException {
    return Files.readString(ROOT.resolve("README.md"));
  }

  private static List<String> matches(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      found.add(matcher.group(1));
    }
    return found;
  }

  /** One statement may be indented or broken differently, but nothing else may differ. */
  private static String withoutSpace(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void every_java_snippet_is_compiled() throws IOException {
    StringBuilder compiled = new StringBuilder();
    for (String name : List.of("QuickStart.java", "ReadmeSnippets.java")) {
      compiled.append(withoutSpace(Files.readString(SNIPPETS.resolve(name))));
    }

    List<String> blocks = matches(JAVA_BLOCK, readme());

    assertThat(blocks).hasSizeGreaterThan(5);
    assertThat(blocks)
        .allSatisfy(block -> assertThat(compiled.toString()).contains(withoutSpace(block)));
  }

  @Test
  void every_link_leads_to_a_file() throws IOException {
    assertThat(matches(LINK, readme()))
        .isNotEmpty()
        .allSatisfy(link -> assertThat(ROOT.resolve(link)).exists());
  }

  @Test
  void every_option_is_listed_and_every_listed_option_exists() throws IOException {
    String section =
        readme().replaceFirst("(?s).*\\n## Options\\n", "").replaceFirst("(?s)\\n## .*", "");
    String table =
        section.lines().filter(line -> line.startsWith("|")).collect(Collectors.joining("\n"));

    Stream<String> listed = matches(Pattern.compile("`([a-z_]+)`"), table).stream();

    assertThat(listed)
        .containsExactlyInAnyOrderElementsOf(Option.all().stream().map(Option::name).toList());
  }

  @Test
  void the_quick_start_runs() {
    String printed = printedBy(() -> QuickStart.main(new String[0]));

    assertThat(printed.lines()).hasSize(4).first().isEqualTo("AA2 R T AH0 F IH1 SH AH0 L IY0");
  }

  @Test
  void the_snippets_on_pronunciation_run() {
    try (Generator generator = Generator.open(MODELS.resolve("g2p-transformer"))) {
      assertThat(printedBy(() -> ReadmeSnippets.nBest(generator))).contains("S AA1 N IH0 T");
      assertThat(ReadmeSnippets.batch(generator))
          .extracting(GenerationResult::text)
          .containsExactly("P R OW1 Z", "V ER1 S");
      assertThat(generator.generate(ReadmeSnippets.names()).text()).isEqualTo("S AA1 N IH0 T");
    }
  }

  @Test
  void the_snippets_on_text_run() {
    try (Generator generator = Generator.open(MODELS.resolve("lm-shakespeare"))) {
      String streamed = printedBy(() -> ReadmeSnippets.stream(generator));
      String heard = printedBy(() -> ReadmeSnippets.listen(generator, ReadmeSnippets.romeo()));

      assertThat(streamed).isNotEmpty().isEqualTo(heard);
      assertThat(ReadmeSnippets.cancel(generator).text()).isNotEmpty();
      assertThat(printedBy(() -> ReadmeSnippets.score(generator))).startsWith("-");
      assertThat(printedBy(() -> ReadmeSnippets.speculate(generator))).contains(" ");
      assertThat(printedBy(() -> ReadmeSnippets.converse(generator)))
          .contains("0 tokens did not run again")
          .doesNotEndWith("\n0 tokens did not run again\n");
      assertThat(ReadmeSnippets.valid(generator).speaker()).isNotNull();
    }
  }

  @Test
  void the_snippet_on_parallel_decoding_runs() {
    assertThat(printedBy(ReadmeSnippets::parallel))
        .startsWith("AA2 R T AH0 F IH1 SH AH0 L IY0 in ");
  }

  @Test
  void the_snippet_on_offsets_runs() {
    Path folder = ROOT.resolve("runtime/src/test/resources/fixtures/bert-tiny-ner");
    try (Encoder encoder = Encoder.open(folder)) {
      assertThat(printedBy(() -> ReadmeSnippets.tag(encoder)).lines())
          .isNotEmpty()
          .allMatch(line -> line.matches("[BI]-(PER|LOC) \\S+"));
    }
  }

  @Test
  void the_configuration_of_the_readme_is_the_bundled_one() throws IOException {
    String settings = Files.readString(MODELS.resolve("pronounce.properties"));

    assertThat(readme()).contains(settings.substring(settings.indexOf("model=")));
    ReadmeSnippets.swap();
  }

  private static String printedBy(Runnable action) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void every_provider_is_listed() throws IOException {
    String readme = readme();

    assertThat(io.loquent.ExecutionProvider.Kind.values())
        .extracting(kind -> "`" + kind.name().toLowerCase(Locale.ROOT) + "`")
        .allSatisfy(name -> assertThat(readme).contains(name));
  }
}

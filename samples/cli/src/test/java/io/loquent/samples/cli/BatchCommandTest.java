package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationRequest;
import io.loquent.Input;
import io.loquent.Option;
import io.loquent.samples.cli.CommandRunner.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BatchCommandTest {

  @TempDir private Path folder;

  private final FakeModel model = new FakeModel();
  private final CommandRunner runner = new CommandRunner(() -> model);

  @BeforeEach
  void giveTheModelATokenizer() throws IOException {
    Files.createFile(folder.resolve("tokenizer.json"));
  }

  private Outcome batch(String... lines) {
    Outcome outcome =
        runner.runWith(String.join("\n", lines), "batch", "--model", folder.toString());
    assertThat(outcome.exitCode()).isZero();
    return outcome;
  }

  private List<GenerationRequest> requestsOf(String line) {
    Outcome outcome = batch(line);
    assertThat(outcome.err()).isEmpty();
    assertThat(model.batches).hasSize(1);
    return model.batches.get(0);
  }

  private Map<?, ?> errorOf(String line) {
    Map<String, Object> answer = batch(line).answers().get(0);
    assertThat(answer).containsOnlyKeys("id", "error");
    return (Map<?, ?>) answer.get("error");
  }

  @Test
  void answers_in_the_form_of_the_contract() {
    assertThat(batch("{\"id\":\"a\",\"input_ids\":[[72,73,200],[74]],\"options\":{}}").out())
        .isEqualTo(
            "{\"id\":\"a\",\"rows\":["
                + "{\"sequences\":[{\"ids\":[72,73,200],\"text\":\"HI\",\"score\":-1.5,"
                + "\"logprobs\":[-0.5,-0.5,-0.5],\"finish_reason\":\"END_OF_SEQUENCE\"}]},"
                + "{\"sequences\":[{\"ids\":[74],\"text\":\"J\",\"score\":-1.5,"
                + "\"logprobs\":[-0.5],\"finish_reason\":\"END_OF_SEQUENCE\"}]}],"
                + "\"usage\":{\"prompt_tokens\":4,\"generated_tokens\":4,\"model_runs\":3}}\n");
  }

  @Test
  void gives_large_ids_back_unchanged() {
    assertThat(batch("{\"id\":1234567890123456789,\"text\":\"a\"}").out())
        .startsWith("{\"id\":1234567890123456789,");
  }

  @Test
  void leaves_text_out_where_the_model_has_no_tokenizer() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));

    assertThat(batch("{\"id\":1,\"input_ids\":[5]}").out()).doesNotContain("text");
  }

  @Test
  void reports_alternatives_where_there_are_some() {
    model.topLogprobs = 2;

    assertThat(batch("{\"id\":1,\"text\":\"A\",\"options\":{\"top_logprobs\":2}}").out())
        .contains("\"top_logprobs\":[[{\"id\":65,\"logprob\":-0.5},{\"id\":66,\"logprob\":-1.5}]]");
  }

  @Test
  void keeps_the_order_and_goes_on_after_bad_lines() {
    Outcome outcome =
        batch(
            "{\"id\":1,\"text\":\"a\"}",
            "{\"id\":2,\"txt\":\"a\"}",
            "not json",
            "",
            "   ",
            "{\"id\":3,\"text\":\"a\",\"options\":{\"num_beams\":0}}",
            "[1]",
            "{\"id\":4,\"text\":\"b\"}");

    assertThat(outcome.answers())
        .extracting(answer -> answer.get("id") + ":" + answer.containsKey("error"))
        .containsExactly("1:false", "2:true", "null:true", "3:true", "null:true", "4:false");
    assertThat(outcome.err())
        .isEqualTo("loquent: 4 of 6 lines failed; their answers have an error field\n");
  }

  @Test
  void names_the_line_that_is_not_json() {
    Outcome outcome = batch("", "{\"id\":1,\"text\":\"a\"}", "{\"id\":2,");

    assertThat(outcome.answers().get(1))
        .hasToString(
            "{id=null, error={type=InvalidRequest, message=line 3: not JSON at column 9:"
                + " expected a member name in double quotes}}");
  }

  @Test
  void a_line_that_is_not_utf8_spoils_only_itself() {
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    in.writeBytes("{\"id\":1,\"text\":\"".getBytes(StandardCharsets.UTF_8));
    in.write(0xE9);
    in.writeBytes("\"}\n{\"id\":2,\"text\":\"é\"}\n".getBytes(StandardCharsets.UTF_8));

    Outcome outcome = runner.runWith(in.toByteArray(), "batch", "--model", folder.toString());

    assertThat(outcome.answers().get(0))
        .hasToString("{id=null, error={type=InvalidRequest, message=line 1: not UTF-8}}");
    assertThat(outcome.answers().get(1)).containsEntry("id", 2L).containsKey("rows");
  }

  @Test
  void gives_the_type_of_an_error_of_the_model() {
    String ids = "5,".repeat(64) + "5";

    assertThat(errorOf("{\"id\":7,\"input_ids\":[[" + ids + "]]}"))
        .hasToString("{type=ContextLength, message=the prompt has too many tokens}");
  }

  @Test
  void a_flat_list_of_ids_is_one_row() {
    assertThat(requestsOf("{\"id\":1,\"input_ids\":[5,6]}"))
        .extracting(GenerationRequest::input)
        .containsExactly(Input.tokens(5, 6));
  }

  @Test
  void whole_numbers_may_be_spelled_as_doubles() {
    assertThat(requestsOf("{\"id\":1,\"input_ids\":[[5.0,6e0]],\"options\":{\"num_beams\":4.0}}"))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.input()).isEqualTo(Input.tokens(5, 6));
              assertThat(request.options().get(Option.NUM_BEAMS)).contains(4);
            });
  }

  @Test
  void reads_texts_and_pairs() {
    batch("{\"texts\":[\"a\",\"b\"]}", "{\"pairs\":[[\"c\",\"d\"],[\"e\",\"f\"]]}");

    assertThat(model.requests)
        .extracting(GenerationRequest::input)
        .containsExactly(
            Input.text("a"),
            Input.text("b"),
            new Input.TextPair("c", "d"),
            new Input.TextPair("e", "f"));
    assertThat(model.batches).hasSize(2);
  }

  @Test
  void splits_features_into_rows() {
    List<GenerationRequest> requests =
        requestsOf(
            "{\"id\":1,\"float_input\":{\"name\":\"f\",\"shape\":[2,1,2],\"values\":[1,2,3,4]}}");

    assertThat(requests)
        .extracting(request -> (Input.Features) request.input())
        .allSatisfy(features -> assertThat(features.shape()).containsExactly(1, 2))
        .extracting(features -> features.values().get(1))
        .containsExactly(2f, 4f);
  }

  @Test
  void gives_each_row_its_decoder_prompt() {
    assertThat(requestsOf("{\"texts\":[\"a\",\"b\"],\"decoder_input_ids\":[[1],[2,3]]}"))
        .extracting(request -> request.decoderInput().orElseThrow())
        .containsExactly(Input.tokens(1), Input.tokens(2, 3));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = "[4,5]\n[[4,5]]")
  void one_decoder_prompt_serves_all_rows(String prompt) {
    assertThat(requestsOf("{\"texts\":[\"a\",\"b\"],\"decoder_input_ids\":" + prompt + "}"))
        .extracting(request -> request.decoderInput().orElseThrow())
        .containsExactly(Input.tokens(4, 5), Input.tokens(4, 5));
  }

  @Test
  void takes_negative_prompts_out_of_the_options() {
    batch(
        "{\"text\":\"a\",\"options\":{\"guidance_scale\":2,\"negative_prompt_ids\":[[1,2]]}}",
        "{\"texts\":[\"a\",\"b\"],\"options\":{\"negative_prompt\":[\"x\",\"y\"]}}",
        "{\"texts\":[\"a\",\"b\"],\"options\":{\"negative_prompt\":\"z\"}}");

    assertThat(model.requests)
        .extracting(request -> request.negativePrompt().orElseThrow())
        .containsExactly(
            Input.tokens(1, 2), Input.text("x"), Input.text("y"), Input.text("z"), Input.text("z"));
    assertThat(model.requests.get(0).options().get(Option.GUIDANCE_SCALE)).contains(2.0);
  }

  @Test
  void null_switches_an_option_off() {
    GenerationRequest request =
        requestsOf("{\"text\":\"a\",\"options\":{\"num_beams\":null}}").get(0);

    assertThat(request.options().isOff(Option.NUM_BEAMS)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      textBlock =
          """
          {"txt":"a"}                                        | known: id, input_ids, text, texts
          {}                                                 | exactly one of input_ids, text, texts, pairs, float_input; found none
          {"text":"a","texts":["b"]}                         | found text and texts
          {"text":5}                                         | text: expected a string, found 5
          {"texts":[]}                                       | texts is empty
          {"texts":"a"}                                      | texts: expected a list of strings, found "a"
          {"texts":["a",null]}                               | texts[1]: expected a string, found null
          {"pairs":[["a"]]}                                  | pairs[0]: expected [first text, second text], found ["a"]
          {"pairs":["a"]}                                    | pairs[0]: expected [first text, second text], found "a"
          {"input_ids":[]}                                   | input_ids is empty
          {"input_ids":[[1],2]}                              | input_ids[1]: expected a list of token ids, found 2
          {"input_ids":[1,[2]]}                              | input_ids[1]: expected a whole number
          {"input_ids":[[1,2.5]]}                            | input_ids[0][1]: expected a whole number of at most 31 bits, found 2.5
          {"input_ids":[[1,3000000000]]}                     | input_ids[0][1]: expected a whole number of at most 31 bits, found 3000000000
          {"input_ids":[["a"]]}                              | input_ids[0][0]: expected a whole number of at most 31 bits, found "a"
          {"texts":["a","b","c"],"decoder_input_ids":[[1],[2]]} | decoder_input_ids: expected one row, or one for each of the 3 rows of the input; found 2
          {"text":"a","options":[1]}                         | options: expected an object {...}, found [1]
          {"text":"a","options":{"num_beam":4}}              | did you mean num_beams
          {"text":"a","options":{"top_p":2}}                 | top_p must be a number in [0, 1]; found 2
          {"text":"a","options":{"negative_prompt":"x","negative_prompt_ids":[1]}} | give one
          {"float_input":{"name":"f","shape":[1,2]}}         | float_input: expected the fields name, shape, values; found name, shape
          {"float_input":{"name":"f","shape":[2],"values":[1,2]}} | float_input.shape: expected [rows, ...]
          {"float_input":{"name":"f","shape":[1,0],"values":[]}} | float_input.shape: expected [rows, ...]
          {"float_input":{"name":"f","shape":[1,3],"values":[1]}} | shape [1, 3] needs 3 values, found 1
          {"float_input":{"name":"f","shape":[1,1],"values":["x"]}} | float_input.values[0]: expected a number, found "x"
          {"id":[1],"text":"a"}                              | id: expected a string, or a number
          """)
  void a_bad_line_is_answered_with_what_is_wrong(String line, String fragment) {
    Map<?, ?> error = errorOf(line);

    assertThat(error.get("type")).isEqualTo("InvalidRequest");
    assertThat(error.get("message").toString()).contains(fragment);
  }

  @Test
  void reads_and_writes_files_and_shows_progress() throws IOException {
    Path in = folder.resolve("in.jsonl");
    Path out = folder.resolve("out.jsonl");
    Files.writeString(in, "{\"id\":1,\"text\":\"a\"}\r\n\r\n{\"id\":2,\"text\":\"b\"}");

    Outcome outcome =
        runner.run(
            "batch",
            "--model=" + folder,
            "--progress",
            "--batch-size=3",
            "--output=" + out,
            in.toString());

    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("2/2");
    assertThat(Files.readAllLines(out)).hasSize(2);
    assertThat(model.config.batchSize()).isEqualTo(3);
    assertThat(model.closed).isTrue();
  }

  @Test
  void stops_after_the_line_during_which_it_was_cancelled() {
    model.cancelAfter = 1;

    Outcome outcome =
        runner.runWith(
            "{\"id\":1,\"text\":\"ab\"}\n{\"id\":2,\"text\":\"c\"}\n",
            "batch",
            "--model",
            folder.toString());

    assertThat(outcome.exitCode()).isEqualTo(130);
    assertThat(outcome.answers()).hasSize(1);
    assertThat(outcome.out()).contains("CANCELLED");
  }
}

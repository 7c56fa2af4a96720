package io.loquent.samples.readme;

import io.loquent.Cancellation;
import io.loquent.Candidate;
import io.loquent.ContextOverflow;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.OutputConstraint;
import io.loquent.ParallelDecoding;
import io.loquent.Score;
import io.loquent.Session;
import io.loquent.Speculation;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.chat.ChatMessage;
import io.loquent.chat.Conversation;
import io.loquent.chat.Tool;
import io.loquent.chat.ToolCall;
import io.loquent.chat.ToolCallParser;
import io.loquent.chat.ToolCalls;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.Entity;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The README's snippets, so that they compile and run. */
final class ReadmeSnippets {

  private ReadmeSnippets() {}

  static void swap() {
    Generator generator = Generator.open(Paths.get("samples/models/pronounce.properties"));
    generator.close();
  }

  static void serve() {
    ModelConfig config =
        ModelConfig.builder(Paths.get("samples/models/lm-shakespeare"))
            .continuousBatching(true)
            .batchSize(8)
            .queueSize(100)
            .build();
    Generator generator = Generator.open(config); // now call it from as many threads as there are
    generator.close();
  }

  static GenerationRequest romeo() {
    GenerationRequest request =
        GenerationRequest.text("ROMEO:\n")
            .options(
                o ->
                    o.decoding(Decoding.sampling().temperature(0.8).topP(0.95))
                        .maxNewTokens(64)
                        .stopStrings("\n\n")
                        .seed(7))
            .build();
    return request;
  }

  static void stream(Generator generator) {
    GenerationRequest request = romeo();
    try (TokenStream tokens = generator.stream(request)) {
      for (Token token : tokens) {
        System.out.print(token.text());
      }
    }
  }

  static GenerationResult listen(Generator generator, GenerationRequest request) {
    GenerationResult result = generator.generate(request, token -> System.out.print(token.text()));
    return result;
  }

  static GenerationResult cancel(Generator generator) {
    Cancellation cancellation = Cancellation.create(); // cancellation.cancel() from any thread
    GenerationRequest request =
        GenerationRequest.text("ROMEO:\n")
            .options(o -> o.maxTime(Duration.ofSeconds(2)))
            .cancellation(cancellation)
            .build();
    GenerationResult result = generator.generate(request);
    boolean whole = result.best().finishReason() != FinishReason.CANCELLED;
    return whole ? result : generator.generate(request);
  }

  static void nBest(Generator generator) {
    GenerationRequest request =
        GenerationRequest.text("sonnet")
            .options(o -> o.numBeams(5).numReturnSequences(3).topLogprobs(2))
            .build();
    for (Candidate candidate : generator.generate(request).candidates()) {
      System.out.printf("%.3f %s%n", candidate.score(), candidate.text());
      for (Token token : candidate.tokens()) {
        System.out.println(token.id() + " " + token.logProbability() + " " + token.top());
      }
    }
  }

  static List<GenerationResult> batch(Generator generator) {
    List<GenerationRequest> requests =
        List.of(
            GenerationRequest.text("prose").build(),
            GenerationRequest.text("verse").options(o -> o.numBeams(1)).build());
    List<GenerationResult> results = generator.generateAll(requests);
    return results;
  }

  static void turns(Generator generator) {
    try (Conversation conversation =
        Conversation.builder(generator)
            .system("You are brief.")
            .options(o -> o.maxNewTokens(200).contextOverflow(ContextOverflow.KEEP_NEWEST))
            .build()) {
      System.out.println(conversation.say("What is a sonnet?").best().answer());
      System.out.println(conversation.say("And a villanelle?").best().answer());
    }
  }

  static void converse(Generator generator) {
    try (Session session = generator.session()) {
      String play = "ROMEO:\n";
      for (String line : List.of("What now?\n", "And then?\n")) {
        play += line;
        GenerationRequest request =
            GenerationRequest.text(play).options(o -> o.maxNewTokens(40)).build();
        GenerationResult result = session.generate(request);
        play += result.text();
        System.out.println(result.usage().cachedPromptTokens() + " tokens did not run again");
      }
    }
  }

  static Speculation speculate(Generator generator) {
    GenerationRequest edit =
        GenerationRequest.text("ROMEO:\n")
            .options(o -> o.maxNewTokens(64).promptLookup(true))
            .build();
    Speculation speculation = generator.generate(edit).speculation().orElseThrow();
    System.out.println(speculation.acceptedPerRound() + " " + speculation.modelRunsSaved());
    return speculation;
  }

  enum Speaker {
    ROMEO,
    JULIET
  }

  record Line(Speaker speaker, int act, boolean aside) {}

  static Line valid(Generator generator) {
    GenerationRequest request =
        GenerationRequest.text("ROMEO:\n")
            .options(
                o ->
                    o.constraint(OutputConstraint.json(Line.class).withoutSpaces())
                        .maxNewTokens(100))
            .build();
    Line line = generator.generate(request).json(Line.class);
    return line;
  }

  static void parallel() {
    try (Generator generator = Generator.open(Paths.get("samples/models/g2p-cmlm"))) {
      GenerationRequest request =
          GenerationRequest.text("artificially")
              .options(o -> o.decoding(ParallelDecoding.maskPredict(4)))
              .build();
      GenerationResult result = generator.generate(request);
      System.out.println(result.text() + " in " + result.usage().modelRuns() + " runs");
    }
  }

  static List<ChatMessage> chat(Generator generator) {
    Tool weather =
        Tool.parse(
            "{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"parameters\":"
                + " {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}}}}");
    List<ChatMessage> messages = new ArrayList<>();
    messages.add(ChatMessage.system("You are a guide."));
    messages.add(ChatMessage.user("How cold is it in Oslo?"));

    Input chat = Input.Chat.builder(messages).tools(List.of(weather)).build();
    GenerationRequest request = GenerationRequest.of(chat).build();
    ToolCalls answer = ToolCallParser.parse(generator.generate(request).text());
    messages.add(answer.message());
    for (ToolCall call : answer.calls()) {
      messages.add(ChatMessage.tool(call, "-3.5")); // then ask again
    }
    return messages;
  }

  static Score score(Generator generator) {
    Score score = generator.score(Input.text("To be, or not to be"));
    System.out.println(score.logLikelihood() + " " + score.perplexity());
    return score;
  }

  static GenerationRequest names() {
    Map<String, Object> options = Map.of("num_beams", 4, "no_repeat_ngram_size", 3);
    GenerationRequest request =
        GenerationRequest.text("sonnet")
            .options(io.loquent.GenerationOptions.fromMap(options))
            .build();
    return request;
  }

  static void embed() {
    try (Encoder encoder = Encoder.open(Paths.get("all-MiniLM-L6-v2"))) {
      List<Embedding> vectors =
          encoder.embed(
              List.of("Where is the cat?", "She sits on the mat.", "Stocks fell on Monday."),
              EmbeddingOptions.builder().batchSize(32).build());
      for (Embedding vector : vectors) {
        System.out.println(vectors.get(0).cosineSimilarity(vector));
      }
    }
  }

  static void tag(Encoder encoder) {
    String text = "Ada Lovelace was born in London.";
    for (Entity entity : encoder.tag(text)) {
      System.out.println(entity.label() + " " + text.substring(entity.start(), entity.end()));
    }
  }
}

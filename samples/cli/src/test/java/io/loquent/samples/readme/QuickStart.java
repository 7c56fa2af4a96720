package io.loquent.samples.readme;

import io.loquent.Decoding;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import java.nio.file.Paths;

final class QuickStart {

  private QuickStart() {}

  public static void main(String[] args) {
    try (Generator generator = Generator.open(Paths.get("samples/models/g2p-transformer"))) {
      System.out.println(generator.generate("artificially")); // AA2 R T AH0 F IH1 SH AH0 L IY0

      GenerationRequest request =
          GenerationRequest.text("sonnet")
              .options(o -> o.decoding(Decoding.beam(5).numReturnSequences(3)))
              .build();
      generator
          .generate(request)
          .candidates()
          .forEach(candidate -> System.out.println(candidate.score() + "  " + candidate.text()));
    }
  }
}

package io.loquent.samples.benchmarks.pronunciation;

/** Ways to generate that have a colour of their own in the plot, which reads on light and dark. */
enum Family {
  AUTOREGRESSIVE("#8a8a8a"),
  MASKED_CANVAS("#2f81f7"),
  EDITS("#bf6bdb"),
  CTC("#2da44e"),
  DIRECTED_ACYCLIC_GRAPH("#d1862b"),
  DIFFUSION("#e5534b");

  private final String colour;

  Family(String colour) {
    this.colour = colour;
  }

  String colour() {
    return colour;
  }
}

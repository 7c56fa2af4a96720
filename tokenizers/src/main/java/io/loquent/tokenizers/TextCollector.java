package io.loquent.tokenizers;

/** The last stage: text that is certain and not yet handed out. */
final class TextCollector implements PieceSink {

  private final StringBuilder text = new StringBuilder();

  @Override
  public void piece(String piece) {
    text.append(piece);
  }

  @Override
  public void end() {}

  String take() {
    if (text.length() == 0) {
      return "";
    }
    String taken = text.toString();
    text.setLength(0);
    return taken;
  }
}

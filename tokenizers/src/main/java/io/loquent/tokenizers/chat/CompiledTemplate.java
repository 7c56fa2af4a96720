package io.loquent.tokenizers.chat;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template. Immutable and thread-safe.
 *
 * @param statements what it consists of
 */
record CompiledTemplate(List<Statement> statements) {

  /** Parses a template; the error says in which line it is wrong. */
  static CompiledTemplate of(String template) {
    return new CompiledTemplate(TemplateParser.parse(template));
  }

  /** Renders with given variables; the error says in which line it happened. */
  String render(Map<String, @Nullable Object> variables, Clock clock) {
    Execution execution = new Execution(clock);
    Frame frame = Frame.root(execution, variables);
    try {
      // Variables that the template sets must not replace those of the caller in the same map.
      Frame own = frame.inner();
      own.execute(statements);
      return own.written();
    } catch (TemplateError e) {
      throw e.line() > 0 ? e : new TemplateError(e.text(), execution.line);
    }
  }
}

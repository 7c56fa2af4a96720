package io.loquent.tokenizers.chat;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a value is assigned to. */
sealed interface Target {

  void assign(Frame frame, @Nullable Object value);

  /** A variable of the frame. */
  record Variable(String name) implements Target {
    @Override
    public void assign(Frame frame, @Nullable Object value) {
      frame.set(name, value);
    }
  }

  /** {@code namespace.member}. */
  record Member(String namespace, String member) implements Target {
    @Override
    public void assign(Frame frame, @Nullable Object value) {
      Object holder = frame.get(namespace);
      if (!(holder instanceof Namespace changeable)) {
        throw new TemplateError(
            "only members of a namespace() can be set, and "
                + namespace
                + " is "
                + Values.describe(holder));
      }
      changeable.members().put(member, value);
    }
  }

  /** {@code a, b}: as many elements as there are targets. */
  record Unpacked(List<Target> targets) implements Target {
    @Override
    public void assign(Frame frame, @Nullable Object value) {
      Iterator<@Nullable Object> elements = Values.iterate(value);
      int count = 0;
      for (Target target : targets) {
        if (!elements.hasNext()) {
          throw new TemplateError(targets.size() + " values are needed to unpack, found " + count);
        }
        target.assign(frame, elements.next());
        count++;
      }
      if (elements.hasNext()) {
        throw new TemplateError(targets.size() + " values are needed to unpack, found more");
      }
    }
  }
}

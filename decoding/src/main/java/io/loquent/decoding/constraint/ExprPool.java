package io.loquent.decoding.constraint;

import io.loquent.decoding.constraint.Expr.Call;
import io.loquent.decoding.constraint.Expr.Complement;
import io.loquent.decoding.constraint.Expr.Counted;
import io.loquent.decoding.constraint.Expr.Empty;
import io.loquent.decoding.constraint.Expr.Intersection;
import io.loquent.decoding.constraint.Expr.OneByte;
import io.loquent.decoding.constraint.Expr.Repetition;
import io.loquent.decoding.constraint.Expr.Sequence;
import io.loquent.decoding.constraint.Expr.Union;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Makes expressions, each of them once. What is the same for simple reasons becomes the same
 * expression, which keeps the derivatives of an expression few. Not thread-safe.
 */
final class ExprPool {

  private final Map<Object, Expr> known = new HashMap<>();
  private int made;

  /** Matches no text. */
  final Expr nothing = make("nothing", Expr.Nothing::new);

  /** Matches the empty text. */
  final Expr empty = make("empty", Empty::new);

  /** Matches every sequence of bytes. */
  final Expr anything = repeat(bytes(ByteSet.ALL), 0, Repetition.ANY);

  private record Pair(Object kind, Object first, Object second) {}

  private Expr make(Object key, IntFunction<Expr> maker) {
    Expr expr = known.get(key);
    if (expr == null) {
      expr = maker.apply(made++);
      known.put(key, expr);
    }
    return expr;
  }

  Expr bytes(ByteSet set) {
    return set.isEmpty() ? nothing : make(set, id -> new OneByte(id, set));
  }

  Expr bytes(int low, int high) {
    return bytes(ByteSet.range(low, high));
  }

  /** Matches one text. */
  Expr literal(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    Expr result = empty;
    for (int i = utf8.length - 1; i >= 0; i--) {
      result = sequence(bytes(ByteSet.of(utf8[i] & 0xFF)), result);
    }
    return result;
  }

  Expr call(int rule) {
    return make(new Pair("call", rule, rule), id -> new Call(id, rule));
  }

  Expr counted(ByteTable table, int state) {
    return make(new Pair("counted", table, state), id -> new Counted(id, table, state));
  }

  Expr sequence(Expr... parts) {
    Expr result = empty;
    for (int i = parts.length - 1; i >= 0; i--) {
      result = sequence(parts[i], result);
    }
    return result;
  }

  Expr sequence(Expr head, Expr tail) {
    if (head == nothing || tail == nothing) {
      return nothing;
    }
    if (head == empty) {
      return tail;
    }
    if (tail == empty) {
      return head;
    }
    if (head instanceof Sequence first) {
      return sequence(first.head, sequence(first.tail, tail));
    }
    return make(new Pair("sequence", head, tail), id -> new Sequence(id, head, tail));
  }

  Expr union(Expr... parts) {
    return union(Arrays.asList(parts));
  }

  Expr union(Collection<Expr> parts) {
    ByteSet single = ByteSet.NONE;
    Set<Expr> flat = new LinkedHashSet<>();
    for (Expr part : parts) {
      if (part instanceof Union union) {
        flat.addAll(union.parts);
      } else {
        flat.add(part);
      }
    }
    // Bytes with the same continuation are one set of bytes with it.
    Map<Expr, ByteSet> continued = new LinkedHashMap<>();
    List<Expr> rest = new ArrayList<>();
    for (Expr part : flat) {
      if (part instanceof OneByte one) {
        single = single.or(one.set);
      } else if (part instanceof Sequence sequence && sequence.head instanceof OneByte one) {
        ByteSet set = continued.getOrDefault(sequence.tail, ByteSet.NONE);
        continued.put(sequence.tail, set.or(one.set));
      } else if (part != nothing) {
        rest.add(part);
      }
    }
    continued.forEach((tail, set) -> rest.add(sequence(bytes(set), tail)));
    if (!single.isEmpty()) {
      rest.add(bytes(single));
    }
    if (rest.contains(anything)) {
      return anything;
    }
    if (rest.size() < 2) {
      return rest.isEmpty() ? nothing : rest.get(0);
    }
    rest.sort(Comparator.comparingInt(part -> part.id));
    return make(new Pair("union", rest, ""), id -> new Union(id, rest));
  }

  Expr optional(Expr part) {
    return union(empty, part);
  }

  Expr repeat(Expr part, int least, int most) {
    if (most == 0 || part == empty) {
      return empty;
    }
    if (part == nothing) {
      return least == 0 ? empty : nothing;
    }
    if (least == 1 && most == 1) {
      return part;
    }
    int needed = part.nullable ? 0 : least;
    if (needed == 0 && most == 1) {
      return optional(part);
    }
    return make(new Pair(part, needed, most), id -> new Repetition(id, part, needed, most));
  }

  /**
   * An expression that cannot be told from another one by reading a few bytes: counts of the
   * repetition that it begins with are lowered to what these can reach. So the many states of a
   * long counted repetition look alike to whoever reads no further.
   *
   * @param bytes how many are read at most
   */
  Expr seenWithin(Expr expr, int bytes) {
    if (expr instanceof Sequence sequence && sequence.head instanceof Repetition) {
      return sequence(seenWithin(sequence.head, bytes), sequence.tail);
    }
    if (expr instanceof Sequence sequence && sequence.head instanceof OneByte && bytes > 0) {
      return sequence(sequence.head, seenWithin(sequence.tail, bytes - 1));
    }
    if (!(expr instanceof Repetition repetition) || repetition.most <= bytes) {
      return expr;
    }
    // Each time takes a byte at least, so neither bound is reached from beyond.
    int least = Math.min(repetition.least, bytes + 1);
    return repeat(repetition.part, least, Repetition.ANY);
  }

  Expr intersection(Expr... parts) {
    return intersection(Arrays.asList(parts));
  }

  Expr intersection(Collection<Expr> parts) {
    Set<Expr> flat = new LinkedHashSet<>();
    ByteSet single = null;
    for (Expr part : parts) {
      if (part instanceof Intersection intersection) {
        flat.addAll(intersection.parts);
      } else if (part != anything) {
        flat.add(part);
      }
    }
    List<Expr> rest = new ArrayList<>();
    for (Expr part : flat) {
      if (part == nothing) {
        return nothing;
      }
      if (part instanceof OneByte one) {
        single = single == null ? one.set : single.and(one.set);
      } else {
        rest.add(part);
      }
    }
    if (single != null) {
      rest.add(bytes(single));
    }
    if (rest.contains(nothing)) {
      return nothing;
    }
    if (rest.contains(empty)) {
      return rest.stream().allMatch(part -> part.nullable) ? empty : nothing;
    }
    if (rest.size() < 2) {
      return rest.isEmpty() ? anything : rest.get(0);
    }
    for (Expr part : rest) {
      if (!part.regular) {
        throw new IllegalArgumentException("only regular expressions can be intersected");
      }
    }
    rest.sort(Comparator.comparingInt(part -> part.id));
    return make(new Pair("intersection", rest, ""), id -> new Intersection(id, rest));
  }

  Expr complement(Expr part) {
    if (!part.regular) {
      throw new IllegalArgumentException("only a regular expression has a complement");
    }
    if (part instanceof Complement complement) {
      return complement.part;
    }
    return part == nothing
        ? anything
        : part == anything
            ? nothing
            : make(new Pair("complement", part, ""), id -> new Complement(id, part));
  }
}

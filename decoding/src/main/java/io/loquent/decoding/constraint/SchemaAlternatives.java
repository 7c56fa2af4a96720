package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resolves references, {@code allOf}, {@code anyOf}, {@code oneOf} and {@code dependentRequired}:
 * what is left are alternatives, each of them schemas that hold together.
 */
final class SchemaAlternatives {

  private static final int MOST = 500;

  private final SchemaReferences references;
  private final ExclusiveCheck exclusive;
  private final Set<SchemaPart> checked = new LinkedHashSet<>();

  /** Decides whether no value satisfies two alternatives. */
  @FunctionalInterface
  interface ExclusiveCheck {
    boolean areExclusive(SchemaShape a, SchemaShape b);
  }

  SchemaAlternatives(SchemaReferences references, ExclusiveCheck exclusive) {
    this.references = references;
    this.exclusive = exclusive;
  }

  /** Several schemas of which one has to hold. */
  private record Choice(List<SchemaPart> branches) {}

  /**
   * Returns the alternatives of schemas that hold together.
   *
   * @return at least one, unless one of the schemas has no alternative
   */
  List<SchemaShape> of(Collection<SchemaPart> schemas) {
    List<SchemaShape> shapes = new ArrayList<>();
    List<Object> open = new ArrayList<>(schemas);
    Collections.reverse(open);
    for (Set<SchemaPart> parts : expand(open, new LinkedHashSet<>())) {
      shapes.add(new SchemaShape(parts));
    }
    return shapes;
  }

  /** Takes what is to be done from the end of a list. */
  private List<Set<SchemaPart>> expand(List<Object> open, Set<SchemaPart> parts) {
    while (!open.isEmpty()) {
      Object next = open.remove(open.size() - 1);
      if (next instanceof Choice choice) {
        return expand(choice, open, parts);
      }
      SchemaPart part = (SchemaPart) next;
      if (parts.add(part) && !part.isBoolean()) {
        addInner(part, open);
      }
    }
    return List.of(parts);
  }

  private List<Set<SchemaPart>> expand(Choice choice, List<Object> open, Set<SchemaPart> parts) {
    List<Set<SchemaPart>> all = new ArrayList<>();
    for (SchemaPart branch : choice.branches) {
      List<Object> rest = new ArrayList<>(open);
      rest.add(branch);
      all.addAll(expand(rest, new LinkedHashSet<>(parts)));
      if (all.size() > MOST) {
        throw new InvalidRequestException(
            "the JSON schema has, at "
                + branch
                + ", more than "
                + MOST
                + " combinations of alternatives; use fewer anyOf and oneOf side by side");
      }
    }
    return all;
  }

  private void addInner(SchemaPart part, List<Object> open) {
    if (checked.add(part)) {
      SchemaKeywords.check(part);
      checkOneOf(part);
    }
    List<Object> inner = new ArrayList<>();
    if (part.has("$ref")) {
      inner.add(references.target(part));
    }
    inner.addAll(branches(part, "allOf"));
    for (String keyword : List.of("anyOf", "oneOf")) {
      if (part.has(keyword)) {
        inner.add(new Choice(branches(part, keyword)));
      }
    }
    addDependencies(part, inner);
    // What comes first is done first, so that members stay in order.
    Collections.reverse(inner);
    open.addAll(inner);
  }

  private static List<SchemaPart> branches(SchemaPart part, String keyword) {
    List<SchemaPart> branches = new ArrayList<>();
    for (int i = 0; i < part.list(keyword).size(); i++) {
      branches.add(part.part(keyword, i));
    }
    if (part.has(keyword) && branches.isEmpty()) {
      throw part.wrong(keyword, "at least one schema");
    }
    return branches;
  }

  /** A member is not there, or those that it depends on are there too. */
  private static void addDependencies(SchemaPart part, List<Object> open) {
    for (Map.Entry<?, ?> entry : part.map("dependentRequired").entrySet()) {
      String name = String.valueOf(entry.getKey());
      if (!(entry.getValue() instanceof Collection<?> needed)) {
        throw part.wrong("dependentRequired", "lists of names");
      }
      List<Object> present = new ArrayList<>(needed);
      present.add(name);
      String place = part.place("dependentRequired") + "/" + name;
      open.add(
          new Choice(
              List.of(
                  SchemaPart.of(place + " (without)", Map.of("properties", Map.of(name, false))),
                  SchemaPart.of(place + " (with)", Map.of("required", present)))));
    }
  }

  /** Only one of them holds if no two can hold together. */
  private void checkOneOf(SchemaPart part) {
    if (!part.has("oneOf")) {
      return;
    }
    List<SchemaPart> branches = branches(part, "oneOf");
    List<List<SchemaShape>> shapes = new ArrayList<>();
    for (SchemaPart branch : branches) {
      // What is said beside oneOf holds for all branches.
      Set<SchemaPart> known = new LinkedHashSet<>();
      known.add(part);
      List<SchemaShape> alternatives = new ArrayList<>();
      List<Object> open = new ArrayList<>(List.of(branch));
      expand(open, known).forEach(parts -> alternatives.add(new SchemaShape(parts)));
      shapes.add(alternatives);
    }
    for (int i = 0; i < shapes.size(); i++) {
      for (int j = 0; j < i; j++) {
        for (SchemaShape a : shapes.get(i)) {
          for (SchemaShape b : shapes.get(j)) {
            if (!exclusive.areExclusive(a, b)) {
              throw part.unsupported(
                  "oneOf",
                  "its schemas "
                      + j
                      + " and "
                      + i
                      + " could hold together, or it cannot be decided; use anyOf, or give each a"
                      + " required member with another const");
            }
          }
        }
      }
    }
  }
}

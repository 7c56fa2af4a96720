package io.loquent.tokenizers.chat;

/**
 * The filters behind {@code |}: Jinja's, without those that write HTML, wrap lines or draw at
 * random.
 */
final class Filters {

  static final BuiltIn.Table TABLE =
      new BuiltIn.Table()
          .addAll(TextFilters.table())
          .addAll(NumberFilters.table())
          .addAll(SequenceFilters.table())
          .addAll(SelectionFilters.table());

  private Filters() {}
}

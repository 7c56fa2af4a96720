package io.loquent.runtime.model;

import io.loquent.spi.TokenizedText;

/** The tokens of one row that an encoder reads. Immutable and thread-safe. */
public final class EncoderRow {

  private final int[] ids;
  private final int[] typeIds;

  private EncoderRow(int[] ids, int[] typeIds) {
    this.ids = ids;
    this.typeIds = typeIds;
  }

  /**
   * Makes a row of a tokenized text, or of two.
   *
   * @param text the tokens, special ones included
   * @return the row
   */
  public static EncoderRow of(TokenizedText text) {
    return new EncoderRow(text.ids(), text.typeIds());
  }

  /**
   * Returns a row with other ids at the same places.
   *
   * @param ids as many vocabulary ids as this row has; copied
   * @return the row
   */
  public EncoderRow withIds(int[] ids) {
    if (ids.length != this.ids.length) {
      throw new IllegalArgumentException(ids.length + " ids for a row of " + this.ids.length);
    }
    return new EncoderRow(ids.clone(), typeIds);
  }

  /**
   * Returns the number of tokens.
   *
   * @return tokens, special ones included
   */
  public int length() {
    return ids.length;
  }

  int id(int position) {
    return ids[position];
  }

  int typeId(int position) {
    return typeIds[position];
  }
}

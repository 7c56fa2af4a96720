package io.loquent.decoding.lm;

import java.util.Arrays;

/**
 * The n-grams of a model by number, in a few arrays: first the words, by id, then the 2-grams, and
 * so on. An n-gram is found by the number of its beginning and its last word, through a hash table
 * of numbers with linear probing. Not changed any more once it is read, and thread-safe from then
 * on.
 */
final class NgramTable {

  /** The n-gram of no words. */
  static final int NONE = -1;

  private static final int FIRST_ROOM = 1 << 12;

  private final int words;

  /** The most n-grams that there will be, so that no more room is taken than that. */
  private final int most;

  private int size;
  private float[] probability;
  private float[] backOff;
  private int[] beginning;
  private int[] lastWord;
  private int[] suffix;
  private int[] slots;

  /**
   * Makes a table of words alone.
   *
   * @param probability of each word, log10; not copied
   * @param backOff of each word, log10; not copied
   * @param most how many n-grams there will be, words included
   */
  NgramTable(float[] probability, float[] backOff, int most) {
    words = probability.length;
    this.most = most;
    size = words;
    this.probability = probability;
    this.backOff = backOff;
    beginning = new int[words];
    Arrays.fill(beginning, NONE);
    suffix = beginning.clone();
    lastWord = new int[words];
    for (int id = 0; id < words; id++) {
      lastWord[id] = id;
    }
    slots = emptySlots(FIRST_ROOM);
  }

  int size() {
    return size;
  }

  /** Returns the number of an n-gram; {@link #NONE} if it is not in the model. */
  int find(int begin, int word) {
    return begin == NONE ? word : slots[slot(begin, word)];
  }

  /**
   * Adds an n-gram of at least two words.
   *
   * @return its number; {@link #NONE} if it is there already
   */
  int add(int begin, int word, int longestSuffix, float logProbability, float logBackOff) {
    int slot = slot(begin, word);
    if (slots[slot] != NONE) {
      return NONE;
    }
    if (size == probability.length) {
      resize((int) Math.min(most, Math.max(FIRST_ROOM, size + (size >> 1) + 1L)));
    }
    probability[size] = logProbability;
    backOff[size] = logBackOff;
    beginning[size] = begin;
    lastWord[size] = word;
    suffix[size] = longestSuffix;
    slots[slot] = size++;
    if (size - words > slots.length / 3 * 2) {
      rehash();
    }
    return size - 1;
  }

  float probability(int ngram) {
    return probability[ngram];
  }

  float backOff(int ngram) {
    return backOff[ngram];
  }

  /** Returns the longest n-gram of the model that another one ends with. */
  int suffix(int ngram) {
    return suffix[ngram];
  }

  private void resize(int room) {
    probability = Arrays.copyOf(probability, room);
    backOff = Arrays.copyOf(backOff, room);
    beginning = Arrays.copyOf(beginning, room);
    lastWord = Arrays.copyOf(lastWord, room);
    suffix = Arrays.copyOf(suffix, room);
  }

  private void rehash() {
    slots = emptySlots(2 * slots.length);
    for (int ngram = words; ngram < size; ngram++) {
      slots[slot(beginning[ngram], lastWord[ngram])] = ngram;
    }
  }

  /** Returns the slot of an n-gram, or the free one where it would be. */
  private int slot(int begin, int word) {
    long key = begin * 0x9E3779B97F4A7C15L + word;
    key = (key ^ (key >>> 32)) * 0xD6E8FEB86659FD93L;
    int slot = (int) (key >>> 32) & (slots.length - 1);
    while (slots[slot] != NONE
        && (beginning[slots[slot]] != begin || lastWord[slots[slot]] != word)) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private static int[] emptySlots(int count) {
    int[] empty = new int[count];
    Arrays.fill(empty, NONE);
    return empty;
  }
}

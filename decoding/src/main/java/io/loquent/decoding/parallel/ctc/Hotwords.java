package io.loquent.decoding.parallel.ctc;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import io.loquent.InvalidRequestException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Words and phrases that a search favours, as an automaton over units (Aho and Corasick 1975): over
 * words, or over tokens where the vocabulary has no words. A phrase that is complete earns the
 * weight; one that has begun earns the part of the weight that is there of it, for as long as it
 * goes on. Of phrases that overlap, the one that is complete first counts. Immutable and
 * thread-safe.
 *
 * <p>For single words these are the rules of pyctcdecode; of a phrase, it takes each word for a
 * hotword of its own.
 */
final class Hotwords {

  /** What has been matched of the phrases. */
  static final class Node {
    private final SortedMap<String, Node> next = new TreeMap<>();
    private final int depth;

    /** The length of the shortest phrase that goes through here, in units. */
    private int shortest = Integer.MAX_VALUE;

    private boolean ends;
    private double credit;
    private @Nullable Node fallback;

    Node(int depth) {
      this.depth = depth;
    }
  }

  private static final Splitter WORDS = Splitter.on(CharMatcher.whitespace()).omitEmptyStrings();

  private final double weight;
  private final Node root = new Node(0);

  /**
   * Builds the automaton.
   *
   * @param phrases each as its units, at least one
   * @param weight of a complete phrase
   */
  Hotwords(List<List<String>> phrases, double weight) {
    this.weight = weight;
    for (List<String> phrase : phrases) {
      Node node = root;
      for (String unit : phrase) {
        int depth = node.depth + 1;
        node = node.next.computeIfAbsent(unit, key -> new Node(depth));
        node.shortest = Math.min(node.shortest, phrase.size());
      }
      node.ends = true;
    }
    link();
  }

  private void link() {
    Deque<Node> waiting = new ArrayDeque<>(List.of(root));
    while (!waiting.isEmpty()) {
      Node node = waiting.remove();
      for (Map.Entry<String, Node> child : node.next.entrySet()) {
        Node target = child.getValue();
        Node fallback = node.fallback == null ? root : successor(node.fallback, child.getKey());
        target.fallback = fallback;
        target.ends |= fallback.ends;
        target.credit = Math.max(weight * target.depth / target.shortest, fallback.credit);
        waiting.add(target);
      }
    }
  }

  /** Returns what a complete phrase earns. */
  double weight() {
    return weight;
  }

  /** Returns where nothing has been matched. */
  Node begin() {
    return root;
  }

  /**
   * Returns where a unit leads. Where it {@link #completes} a phrase, matching begins anew.
   *
   * @param node what has been matched before it
   */
  Node next(Node node, String unit) {
    Node reached = successor(node, unit);
    return reached.ends ? root : reached;
  }

  /** Says whether a unit completes a phrase. */
  boolean completes(Node node, String unit) {
    return successor(node, unit).ends;
  }

  /** Returns what the begun phrases earn for now. */
  double credit(Node node) {
    return node.credit;
  }

  /**
   * Returns what the begun phrases earn for now where a unit has begun.
   *
   * @param partial the beginning of the unit, not empty
   * @return 0 if no phrase goes on like that
   */
  double credit(Node node, String partial) {
    double most = 0;
    for (Node from = node; from != null; from = from.fallback) {
      for (Map.Entry<String, Node> child : from.next.tailMap(partial).entrySet()) {
        if (!child.getKey().startsWith(partial)) {
          break;
        }
        double units = from.depth + (double) partial.length() / child.getKey().length();
        most = Math.max(most, weight * units / child.getValue().shortest);
      }
    }
    return most;
  }

  private Node successor(Node node, String unit) {
    Node from = node;
    Node reached = from.next.get(unit);
    while (reached == null && from.fallback != null) {
      from = from.fallback;
      reached = from.next.get(unit);
    }
    return reached == null ? root : reached;
  }

  /**
   * Divides phrases into units.
   *
   * @param hotwords words or phrases, words divided by spaces
   * @param vocabulary says what the units are
   * @throws InvalidRequestException if the vocabulary cannot write one of them
   */
  static List<List<String>> units(List<String> hotwords, CtcVocabulary vocabulary) {
    Set<String> tokens = vocabulary.texts();
    List<List<String>> phrases = new ArrayList<>();
    for (String hotword : hotwords) {
      List<String> phrase = new ArrayList<>();
      for (String word : WORDS.split(hotword)) {
        List<String> spelling = spelling(word, tokens);
        if (spelling.isEmpty()) {
          throw new InvalidRequestException(
              "hotwords has \""
                  + hotword
                  + "\", but the model's tokens cannot write \""
                  + word
                  + "\"; write it with the characters of the model's vocabulary, in their case");
        }
        if (vocabulary.hasWords()) {
          phrase.add(word);
        } else {
          phrase.addAll(spelling);
        }
      }
      if (!phrase.isEmpty()) {
        phrases.add(phrase);
      }
    }
    return phrases;
  }

  /** Writes a word with tokens, the longest ones first; empty if that is impossible. */
  private static List<String> spelling(String word, Set<String> tokens) {
    // By the end of the part that is written: the last token of a way to write it.
    String[] last = new String[word.length() + 1];
    last[0] = "";
    for (int end = 1; end <= word.length(); end++) {
      for (int begin = 0; begin < end && last[end] == null; begin++) {
        if (last[begin] != null && tokens.contains(word.substring(begin, end))) {
          last[end] = word.substring(begin, end);
        }
      }
    }
    List<String> spelling = new ArrayList<>();
    int end = word.length();
    while (end > 0 && last[end] != null) {
      spelling.add(0, last[end]);
      end -= last[end].length();
    }
    return spelling;
  }
}

package io.loquent.decoding.parallel.ctc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of tokens in the tree of those that a prefix beam search knows, with the probability
 * that the frames so far say just that. A node stays in the tree while it is a beam or leads to
 * one, so that a prefix which is dropped and found again is the same node. Mutable; confined to one
 * thread.
 */
final class Prefix {

  private static final int EMPTY = -1;

  private final @Nullable Prefix parent;
  private final int token;
  private final int length;
  private final PrefixBonus bonus;
  private final List<Prefix> children = new ArrayList<>(2);
  private boolean isBeam;

  /** Ways that end with a blank and with the token, with the frames so far. */
  private Ending blank = new Ending();

  private Ending said = new Ending();

  /** The same with one more frame. */
  private Ending nextBlank = new Ending();

  private Ending nextSaid = new Ending();

  private Prefix(@Nullable Prefix parent, int token, PrefixBonus bonus) {
    this.parent = parent;
    this.token = token;
    this.bonus = bonus;
    length = parent == null ? 0 : parent.length + 1;
  }

  /** Creates the prefix before the first frame. */
  static Prefix empty(PrefixBonus bonus) {
    Prefix empty = new Prefix(null, EMPTY, bonus);
    empty.isBeam = true;
    empty.blank.begin();
    return empty;
  }

  int token() {
    return token;
  }

  PrefixBonus bonus() {
    return bonus;
  }

  boolean isBeam() {
    return isBeam;
  }

  List<Prefix> children() {
    return children;
  }

  /** Returns the log-probability with the frames so far. */
  double logProbability() {
    return Ending.sum(blank.all(), said.all());
  }

  /** Returns the log-probability with one more frame. */
  double nextLogProbability() {
    return Ending.sum(nextBlank.all(), nextSaid.all());
  }

  /** Returns the frames of its tokens in the best way to say it. */
  @Nullable Alignment alignment() {
    return better().alignment();
  }

  private Ending better() {
    return said.best() > blank.best() ? said : blank;
  }

  /** Returns the log-probability of all ways that may go on with a token. */
  double logProbabilityBefore(int next) {
    return next == token ? blank.all() : logProbability();
  }

  /**
   * Lets one more frame say nothing new.
   *
   * @param blankId the blank
   * @param saysBlank whether the frame may say the blank
   * @param saysToken whether it may say the prefix's last token
   */
  void stay(FrameScores frame, int blankId, boolean saysBlank, boolean saysToken) {
    nextBlank.clear();
    nextSaid.clear();
    if (saysBlank) {
      double logProbability = frame.logProbability(blankId);
      nextBlank.addAll(blank, logProbability);
      nextBlank.addAll(said, logProbability);
      nextBlank.improve(better(), logProbability, better().alignment());
    }
    if (saysToken && parent != null) {
      double logProbability = frame.logProbability(token);
      nextSaid.addAll(said, logProbability);
      if (said.alignment() != null) {
        nextSaid.improve(said, logProbability, said.alignment().extend(frame.choice(token)));
      }
      if (parent.isBeam) {
        comeFrom(parent, frame);
      }
    }
  }

  /** Becomes a beam by one more frame's saying its last token. */
  void appear(FrameScores frame) {
    nextBlank.clear();
    nextSaid.clear();
    if (parent != null) {
      comeFrom(parent, frame);
    }
  }

  private void comeFrom(Prefix from, FrameScores frame) {
    double logProbability = frame.logProbability(token);
    nextSaid.addAll(from.blank, logProbability);
    Ending before = from.blank;
    if (from.token != token) {
      nextSaid.addAll(from.said, logProbability);
      before = from.better();
    }
    if (nextSaid.isBeatenBy(before, logProbability)) {
      Alignment alignment = Alignment.begin(before.alignment(), frame.choice(token));
      nextSaid.improve(before, logProbability, alignment);
    }
  }

  /** Is no beam, unless it {@link #advance}s. */
  void leave() {
    isBeam = false;
  }

  /** Goes to the next frame as a beam. */
  void advance() {
    isBeam = true;
    Ending oldBlank = blank;
    Ending oldSaid = said;
    blank = nextBlank;
    said = nextSaid;
    nextBlank = oldBlank;
    nextSaid = oldSaid;
  }

  /** Leaves the tree unless it leads to beams. */
  void drop() {
    blank.clear();
    said.clear();
    Prefix node = this;
    while (node.parent != null && !node.isBeam && node.children.isEmpty()) {
      node.parent.children.remove(node);
      node = node.parent;
    }
  }

  /** Returns the prefix with one more token, if the tree has it. */
  @Nullable Prefix child(int next) {
    for (Prefix child : children) {
      if (child.token == next) {
        return child;
      }
    }
    return null;
  }

  /** Adds the prefix with one more token to the tree. */
  Prefix grow(int next, PrefixBonus itsBonus) {
    Prefix child = new Prefix(this, next, itsBonus);
    children.add(child);
    return child;
  }

  /** Returns the longest prefix that two prefixes begin with. */
  static Prefix common(Prefix first, Prefix second) {
    Prefix one = first;
    Prefix other = second;
    while (one != other) {
      if (one.length > other.length && one.parent != null) {
        one = one.parent;
      } else if (other.parent != null) {
        other = other.parent;
      } else {
        throw new IllegalStateException("the prefixes are of different trees");
      }
    }
    return one;
  }

  int length() {
    return length;
  }
}

package io.loquent.decoding.constraint;

import io.loquent.decoding.constraint.Expr.Repetition;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Expressions for decimal numbers within bounds: an optional minus sign, digits without leading
 * zeros, optionally a point and digits. Digits are compared from the left, so a bound is as many
 * alternatives as it has digits.
 */
final class NumberRanges {

  private final ExprPool pool;
  private final Expr digit;
  private final Expr digits;

  NumberRanges(ExprPool pool) {
    this.pool = pool;
    digit = pool.bytes('0', '9');
    digits = pool.repeat(digit, 0, Repetition.ANY);
  }

  /** Whole numbers with at most so many digits. Zero has no sign. */
  Expr integers(int mostDigits) {
    return pool.union(
        pool.literal("0"),
        pool.sequence(
            pool.optional(pool.literal("-")),
            pool.bytes('1', '9'),
            pool.repeat(digit, 0, mostDigits - 1)));
  }

  /** Decimal numbers with at most so many digits before and behind the point. */
  Expr decimals(int mostDigits, int mostDecimals) {
    return pool.sequence(
        pool.optional(pool.literal("-")),
        pool.union(
            pool.literal("0"),
            pool.sequence(pool.bytes('1', '9'), pool.repeat(digit, 0, mostDigits - 1))),
        pool.optional(pool.sequence(pool.literal("."), pool.repeat(digit, 1, mostDecimals))));
  }

  /** Decimal numbers, also with an exponent of at most two digits. */
  Expr floats(int mostDigits, int mostDecimals) {
    return pool.sequence(
        decimals(mostDigits, mostDecimals),
        pool.optional(
            pool.sequence(
                pool.bytes(ByteSet.of('e').or(ByteSet.of('E'))),
                pool.optional(pool.bytes(ByteSet.of('-').or(ByteSet.of('+')))),
                pool.repeat(digit, 1, 2))));
  }

  /** Numbers from a bound on. */
  Expr atLeast(BigDecimal bound, boolean inclusive) {
    if (bound.signum() < 0) {
      return pool.union(magnitude(), negative(magnitudeAtMost(bound.negate(), inclusive)));
    }
    Expr above = magnitudeAtLeast(bound, inclusive);
    return (bound.signum() == 0 && inclusive)
        ? pool.union(above, negative(magnitudeAtMost(bound, true)))
        : above;
  }

  /** Numbers up to a bound. */
  Expr atMost(BigDecimal bound, boolean inclusive) {
    if (bound.signum() > 0 || (bound.signum() == 0 && inclusive)) {
      return pool.union(magnitudeAtMost(bound, inclusive), negative(magnitude()));
    }
    return negative(magnitudeAtLeast(bound.negate(), inclusive));
  }

  private Expr negative(Expr magnitude) {
    return pool.sequence(pool.literal("-"), magnitude);
  }

  private Expr magnitude() {
    return pool.sequence(
        pool.union(pool.literal("0"), pool.sequence(pool.bytes('1', '9'), digits)), decimals());
  }

  private Expr decimals() {
    return pool.optional(pool.sequence(pool.literal("."), digit, digits));
  }

  private Expr magnitudeAtLeast(BigDecimal bound, boolean inclusive) {
    String whole = whole(bound);
    String fraction = fraction(bound);
    Expr longer = pool.sequence(pool.bytes('1', '9'), times(whole.length()), digits);
    Expr greater =
        whole.equals("0")
            ? pool.sequence(pool.bytes('1', '9'), digits)
            : pool.union(sameLength(whole, true), longer);
    Expr equal;
    if (fraction.isEmpty()) {
      equal =
          inclusive
              ? decimals()
              : pool.sequence(pool.literal("."), fractionAtLeast(fraction, false));
    } else {
      equal = pool.sequence(pool.literal("."), fractionAtLeast(fraction, inclusive));
    }
    return pool.union(
        pool.sequence(greater, decimals()), pool.sequence(pool.literal(whole), equal));
  }

  /** The digits behind the point of a number that is not below one with these digits. */
  private Expr fractionAtLeast(String bound, boolean inclusive) {
    if (bound.isEmpty()) {
      return inclusive
          ? digits
          : pool.sequence(
              pool.repeat(pool.literal("0"), 0, Repetition.ANY), pool.bytes('1', '9'), digits);
    }
    char first = bound.charAt(0);
    Expr equal =
        pool.sequence(pool.bytes(first, first), fractionAtLeast(bound.substring(1), inclusive));
    return first == '9'
        ? equal
        : pool.union(equal, pool.sequence(pool.bytes(first + 1, '9'), digits));
  }

  private Expr magnitudeAtMost(BigDecimal bound, boolean inclusive) {
    String whole = whole(bound);
    String fraction = fraction(bound);
    List<Expr> less = new ArrayList<>();
    less.add(sameLength(whole, false));
    if (whole.length() > 1) {
      less.add(pool.literal("0"));
      less.add(pool.sequence(pool.bytes('1', '9'), pool.repeat(digit, 0, whole.length() - 2)));
    }
    Expr equal;
    if (fraction.isEmpty()) {
      Expr zeros = pool.repeat(pool.literal("0"), 1, Repetition.ANY);
      equal = inclusive ? pool.optional(pool.sequence(pool.literal("."), zeros)) : pool.nothing;
    } else {
      equal = pool.optional(pool.sequence(pool.literal("."), fractionAtMost(fraction, inclusive)));
    }
    return pool.union(
        pool.sequence(pool.union(less), decimals()), pool.sequence(pool.literal(whole), equal));
  }

  /** At least one digit behind the point of a number that is not above one with these digits. */
  private Expr fractionAtMost(String bound, boolean inclusive) {
    char first = bound.charAt(0);
    String rest = bound.substring(1);
    Expr behind;
    if (rest.isEmpty()) {
      behind = inclusive ? pool.repeat(pool.literal("0"), 0, Repetition.ANY) : pool.nothing;
    } else {
      behind = pool.optional(fractionAtMost(rest, inclusive));
    }
    Expr equal = pool.sequence(pool.bytes(first, first), behind);
    return first == '0'
        ? equal
        : pool.union(equal, pool.sequence(pool.bytes('0', first - 1), digits));
  }

  /** Whole numbers with as many digits that are all above, or all below. */
  private Expr sameLength(String whole, boolean above) {
    List<Expr> ways = new ArrayList<>();
    for (int i = 0; i < whole.length(); i++) {
      char here = whole.charAt(i);
      int low = above ? here + 1 : i == 0 && whole.length() > 1 ? '1' : '0';
      int high = above ? '9' : here - 1;
      if (low <= high) {
        ways.add(
            pool.sequence(
                pool.literal(whole.substring(0, i)),
                pool.bytes(low, high),
                times(whole.length() - i - 1)));
      }
    }
    return pool.union(ways);
  }

  private Expr times(int count) {
    return pool.repeat(digit, count, count);
  }

  private static String whole(BigDecimal bound) {
    return bound.toBigInteger().toString();
  }

  private static String fraction(BigDecimal bound) {
    BigDecimal part = bound.subtract(new BigDecimal(bound.toBigInteger())).stripTrailingZeros();
    return part.signum() == 0 ? "" : part.toPlainString().substring("0.".length());
  }

  /**
   * Numbers that are a multiple of another one, written with no more decimals than that has.
   *
   * @param step above 0; without its point at most {@code mostStates}
   * @return the expression; {@code nothing} stands for a step that takes too many states
   */
  Expr multiplesOf(BigDecimal step, int mostStates) {
    int scale = Math.max(0, step.stripTrailingZeros().scale());
    BigInteger whole = step.movePointRight(scale).toBigIntegerExact();
    if (whole.bitLength() > 30 || whole.intValue() * (long) (scale + 1) > mostStates) {
      return pool.nothing;
    }
    return pool.counted(remainders(whole.intValue(), scale), 0);
  }

  /** States are a sign, then the remainder so far and how many decimals there are. */
  private static ByteTable remainders(int step, int scale) {
    ByteTable table = new ByteTable();
    int start = table.addState(false);
    int signed = table.addState(false);
    table.connect(start, '-', signed);
    int[][] states = new int[scale + 1][step];
    int[] power = new int[scale + 1];
    power[scale] = 1 % step;
    for (int decimals = scale - 1; decimals >= 0; decimals--) {
      power[decimals] = (int) (10L * power[decimals + 1] % step);
    }
    for (int decimals = 0; decimals <= scale; decimals++) {
      for (int rest = 0; rest < step; rest++) {
        boolean isMultiple = (long) rest * power[decimals] % step == 0;
        states[decimals][rest] = table.addState(isMultiple);
      }
    }
    // A point needs a digit behind it.
    int[] points = new int[step];
    for (int rest = 0; rest < step && scale > 0; rest++) {
      points[rest] = table.addState(false);
      table.connect(states[0][rest], '.', points[rest]);
    }
    for (int value = 0; value < 10; value++) {
      table.connect(start, '0' + value, states[0][value % step]);
      table.connect(signed, '0' + value, states[0][value % step]);
      for (int rest = 0; rest < step; rest++) {
        int next = (int) ((10L * rest + value) % step);
        table.connect(states[0][rest], '0' + value, states[0][next]);
        if (scale > 0) {
          table.connect(points[rest], '0' + value, states[1][next]);
        }
        for (int decimals = 1; decimals < scale; decimals++) {
          table.connect(states[decimals][rest], '0' + value, states[decimals + 1][next]);
        }
      }
    }
    return table;
  }
}

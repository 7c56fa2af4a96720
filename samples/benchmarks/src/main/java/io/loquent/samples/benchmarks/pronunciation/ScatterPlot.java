package io.loquent.samples.benchmarks.pronunciation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Labelled points over a logarithmic and a linear axis, in SVG. Without a background and in middle
 * tones, it reads on light and on dark pages. The same points give the same text.
 */
final class ScatterPlot {

  private static final int WIDTH = 960;
  private static final int HEIGHT = 600;
  private static final int LEFT = 60;
  private static final int RIGHT = 940;
  private static final int TOP = 40;
  private static final int BOTTOM = 545;
  private static final int FONT_SIZE = 11;
  private static final double CHARACTER_WIDTH = 5.7;

  /** From here on a line shows which point a label belongs to. */
  private static final double FAR = 12;

  private static final String INK = "#808080";

  private final String title;
  private final String titleX;
  private final String titleY;
  private final List<Point> points = new ArrayList<>();

  ScatterPlot(String title, String titleX, String titleY) {
    this.title = title;
    this.titleX = titleX;
    this.titleY = titleY;
  }

  /** Adds a point; its x must be above nought. */
  void add(String label, String colour, double x, double y) {
    points.add(new Point(label, colour, x, y));
  }

  /** The image as text; there must be a point. */
  String svg() {
    LogScale scaleX = new LogScale(least(Point::x), greatest(Point::x));
    LinearScale scaleY = new LinearScale(least(Point::y), greatest(Point::y));
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\" aria-labelledby=\"title description\" font-family=\"sans-serif\""
            + " font-size=\"%d\">",
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        FONT_SIZE);
    line(svg, "<title id=\"title\">%s</title>", escaped(title));
    line(svg, "<desc id=\"description\">%s</desc>", escaped(description()));
    axes(svg, scaleX, scaleY);
    points(svg, scaleX, scaleY);
    line(svg, "</svg>");
    return svg.toString();
  }

  /** All that the image shows, for those who do not see it. */
  private String description() {
    StringBuilder text = new StringBuilder(titleY + " against " + titleX + ". ");
    for (Point point : points) {
      text.append(String.format(Locale.ROOT, "%s: %.1f at %.2f. ", point.label, point.y, point.x));
    }
    return text.toString().trim();
  }

  private void axes(StringBuilder svg, LogScale scaleX, LinearScale scaleY) {
    line(svg, "<g fill=\"%s\" stroke=\"none\">", INK);
    text(svg, (LEFT + RIGHT) / 2.0, 22, "middle", title, " font-size=\"15\"");
    text(svg, (LEFT + RIGHT) / 2.0, HEIGHT - 15, "middle", titleX, " font-size=\"13\"");
    double middle = (TOP + BOTTOM) / 2.0;
    String turned =
        String.format(Locale.ROOT, " font-size=\"13\" transform=\"rotate(-90 18 %.1f)\"", middle);
    text(svg, 18, middle, "middle", titleY, turned);
    for (double tick : scaleX.ticks()) {
      String number = tick == Math.rint(tick) ? String.valueOf((long) tick) : String.valueOf(tick);
      text(svg, x(scaleX, tick), BOTTOM + 18, "middle", number, "");
    }
    for (int tick : scaleY.ticks()) {
      text(svg, LEFT - 8, y(scaleY, tick) + 4, "end", String.valueOf(tick), "");
    }
    line(svg, "</g>");
    line(svg, "<g stroke=\"%s\" stroke-opacity=\"0.25\">", INK);
    for (double tick : scaleX.ticks()) {
      stroke(svg, x(scaleX, tick), TOP, x(scaleX, tick), BOTTOM);
    }
    for (int tick : scaleY.ticks()) {
      stroke(svg, LEFT, y(scaleY, tick), RIGHT, y(scaleY, tick));
    }
    line(svg, "</g>");
    line(svg, "<g stroke=\"%s\">", INK);
    stroke(svg, LEFT, BOTTOM, RIGHT, BOTTOM);
    stroke(svg, LEFT, TOP, LEFT, BOTTOM);
    line(svg, "</g>");
  }

  private void points(StringBuilder svg, LogScale scaleX, LinearScale scaleY) {
    LabelPlacement placement =
        new LabelPlacement(new LabelPlacement.Box(LEFT + 2, TOP, RIGHT, BOTTOM - 2));
    for (Point point : points) {
      placement.keepFree(x(scaleX, point.x), y(scaleY, point.y));
    }
    for (Point point : points) {
      double x = x(scaleX, point.x);
      double y = y(scaleY, point.y);
      double width = point.label.length() * CHARACTER_WIDTH;
      LabelPlacement.Box box = placement.place(x, y, width, FONT_SIZE + 2);
      line(svg, "<g fill=\"%s\">", point.colour);
      leader(svg, point, x, y, box);
      line(svg, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>", x, y);
      text(svg, (box.left() + box.right()) / 2, box.bottom() - 3, "middle", point.label, "");
      line(svg, "</g>");
    }
  }

  private static void leader(
      StringBuilder svg, Point point, double x, double y, LabelPlacement.Box box) {
    double nearX = Math.min(Math.max(x, box.left()), box.right());
    double nearY = Math.min(Math.max(y, box.top()), box.bottom());
    if (Math.hypot(nearX - x, nearY - y) > FAR) {
      line(
          svg,
          "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
              + " stroke-opacity=\"0.6\"/>",
          x,
          y,
          nearX,
          nearY,
          point.colour);
    }
  }

  private static double x(LogScale scale, double value) {
    return LEFT + scale.at(value) * (RIGHT - LEFT);
  }

  private static double y(LinearScale scale, double value) {
    return BOTTOM - scale.at(value) * (BOTTOM - TOP);
  }

  private static void stroke(StringBuilder svg, double x1, double y1, double x2, double y2) {
    line(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", x1, y1, x2, y2);
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String text, String more) {
    line(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>",
        x,
        y,
        anchor,
        more,
        escaped(text));
  }

  private static void line(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private double least(ToDoubleFunction<Point> value) {
    return value.applyAsDouble(
        points.stream().min(Comparator.comparingDouble(value)).orElseThrow());
  }

  private double greatest(ToDoubleFunction<Point> value) {
    return value.applyAsDouble(
        points.stream().max(Comparator.comparingDouble(value)).orElseThrow());
  }

  private record Point(String label, String colour, double x, double y) {}
}

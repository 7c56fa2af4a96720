package io.loquent.runtime.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A token in the window that shows most of what is around it. Where windows overlap, each token is
 * in several; the clearest view is the one whose nearer edge is furthest away, the earlier window
 * among equal ones. The beginning and the end of a text are no edges.
 *
 * @param window the window
 * @param token index of the token in it, special ones included
 */
record ClearestView(Window window, int token) {

  /**
   * Finds the clearest view of each token of single texts, special ones left out.
   *
   * @param windows those of one text behind those of another, in order
   * @return in the order of the texts' tokens
   */
  static List<ClearestView> of(List<Window> windows) {
    List<ClearestView> views = new ArrayList<>();
    int start = 0;
    while (start < windows.size()) {
      int end = start + 1;
      while (end < windows.size() && windows.get(end).text() == windows.get(start).text()) {
        end++;
      }
      addText(windows.subList(start, end), views);
      start = end;
    }
    return views;
  }

  private static void addText(List<Window> windows, List<ClearestView> views) {
    List<int[]> places = new ArrayList<>();
    windows.forEach(window -> places.add(places(window)));
    int last = windows.size() - 1;
    int tokens = windows.get(last).first() + places.get(last).length;
    for (int token = 0; token < tokens; token++) {
      int best = 0;
      int clearest = -1;
      for (int i = 0; i < windows.size(); i++) {
        int left = token - windows.get(i).first();
        int right = places.get(i).length - 1 - left;
        if (left >= 0 && right >= 0) {
          int edge =
              Math.min(i == 0 ? Integer.MAX_VALUE : left, i == last ? Integer.MAX_VALUE : right);
          if (edge > clearest) {
            best = i;
            clearest = edge;
          }
        }
      }
      Window window = windows.get(best);
      views.add(new ClearestView(window, places.get(best)[token - window.first()]));
    }
  }

  /** Where a window's own tokens are among its special ones. */
  private static int[] places(Window window) {
    return IntStream.range(0, window.length())
        .filter(token -> !window.tokens().isSpecial(token))
        .toArray();
  }
}

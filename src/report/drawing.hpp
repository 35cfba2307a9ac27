#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec::svg {

// What pictures are made of, as SVG. Lengths are in pixels, y grows downwards; `more` are further attributes.

/// Colours that are told apart by most who see colours differently (Okabe and Ito 2008).
inline constexpr std::array colours = {"#333333", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

/// ` x="1.5"`
std::string attribute(const char* name, double value);

std::string text(double x, double y, const char* anchor, std::string_view text, std::string_view more = {});
/// Turned to be read from below, about its middle.
std::string upward_text(double x, double y, std::string_view text, std::string_view more = {});
std::string line(double x1, double y1, double x2, double y2, std::string_view more);
/// A line from point to point.
std::string path(std::span<const std::pair<double, double>> points, std::string_view more);
std::string frame(double left, double top, double width, double height);

/// About how wide a text is: wide scripts have characters as wide as high.
double width_of(std::string_view text, double font);
/// The text, or as much of its beginning as fits, with "…".
std::string fitted(std::string_view text, double width, double font);

/// Shapes of marks: what colours do not tell in black and white. The first is a circle.
inline constexpr std::size_t shapes = 6;
/// A mark that tells `title` when it is pointed at. `size` is about half its width, `more` how it is filled.
std::string mark(std::size_t shape, double x, double y, double size, std::string_view more, std::string_view title);
std::string filled(const char* colour);
std::string hollow(const char* colour);

/// Round numbers from `low` to `high`, about `count` of them: 1, 2 or 5 times a power of ten apart.
/// REQUIRES: low <= high, not larger than 1e31 in size
class Ticks {
 public:
  Ticks(double low, double high, int count);
  const std::vector<double>& values() const { return values_; }
  /// With the digits that tell it from its neighbours.
  std::string text(double value) const;

 private:
  double step_;
  std::vector<double> values_;
};

struct LegendEntry {
  std::string name;
  double width;                                         ///< of what stands before the name
  std::function<std::string(double x, double y)> draw;  ///< draws that, from x on, with its middle at y
};
/// Entries beside each other, from the base line of a text at (x, y) on, in further lines where `width` is too small.
std::string legend(std::span<const LegendEntry> entries, double x, double y, double width, double font);
/// How many lines they take.
int legend_lines(std::span<const LegendEntry> entries, double width, double font);
inline constexpr double legend_line = 20;

/// An <svg> element on white. `title` tells what it shows.
std::string picture(double width, double height, double font, std::string_view title, const std::string& body);

}  // namespace equivec::svg

#include "src/report/drawing.hpp"

#include "src/report/document.hpp"
#include "src/report/table.hpp"
#include "src/text/code_points.hpp"

#include <algorithm>
#include <cmath>

namespace equivec::svg {

namespace {

using Points = std::span<const std::pair<double, double>>;

/// Corners of the shapes after the circle, for a size of 1.
constexpr std::array<std::pair<double, double>, 4> square = {{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}};
constexpr std::array<std::pair<double, double>, 3> triangle = {{{0, -1.3}, {1.2, 1}, {-1.2, 1}}};
constexpr std::array<std::pair<double, double>, 4> diamond = {{{0, -1.4}, {1.4, 0}, {0, 1.4}, {-1.4, 0}}};
constexpr std::array<std::pair<double, double>, 3> pointing_down = {{{0, 1.3}, {1.2, -1}, {-1.2, -1}}};
constexpr double thin = 0.5, far = 1.4;
constexpr std::array<std::pair<double, double>, 12> cross = {{{-thin, -far},
                                                              {thin, -far},
                                                              {thin, -thin},
                                                              {far, -thin},
                                                              {far, thin},
                                                              {thin, thin},
                                                              {thin, far},
                                                              {-thin, far},
                                                              {-thin, thin},
                                                              {-far, thin},
                                                              {-far, -thin},
                                                              {-thin, -thin}}};
constexpr std::array<Points, shapes> corners = {Points{}, square, triangle, diamond, pointing_down, cross};

std::string list(Points points, double x, double y, double size) {
  std::string result = " points=\"";
  for (const auto& [right, down] : points)
    result += formatted("%.1f", x + size * right) + "," + formatted("%.1f", y + size * down) + " ";
  result.back() = '"';
  return result;
}

/// Calls place(entry, x, line) for each, x from 0.
template <class Place>
void for_each_place(std::span<const LegendEntry> entries, double width, double font, const Place& place) {
  double x = 0;
  int line = 0;
  for (const LegendEntry& entry : entries) {
    const double step = entry.width + width_of(entry.name, font);
    if (x > 0 && x + step > width) {
      x = 0;
      ++line;
    }
    place(entry, x, line);
    x += step + 18;
  }
}

}  // namespace

std::string attribute(const char* name, double value) {
  return " " + std::string(name) + "=\"" + formatted("%.1f", value) + "\"";
}

std::string text(double x, double y, const char* anchor, std::string_view text, std::string_view more) {
  return "<text" + attribute("x", x) + attribute("y", y) + " text-anchor=\"" + anchor + "\"" + std::string(more) + ">" +
         escape_markup(std::string(text)) + "</text>\n";
}

std::string upward_text(double x, double y, std::string_view text, std::string_view more) {
  return svg::text(
      x, y, "middle", text,
      std::string(more) + " transform=\"rotate(-90 " + formatted("%.0f", x) + " " + formatted("%.1f", y) + ")\"");
}

std::string line(double x1, double y1, double x2, double y2, std::string_view more) {
  return "<line" + attribute("x1", x1) + attribute("x2", x2) + attribute("y1", y1) + attribute("y2", y2) +
         std::string(more) + "/>\n";
}

std::string path(Points points, std::string_view more) {
  return "<polyline" + list(points, 0, 0, 1) + " fill=\"none\"" + std::string(more) + "/>\n";
}

std::string frame(double left, double top, double width, double height) {
  return "<rect" + attribute("x", left) + attribute("y", top) + attribute("width", width) +
         attribute("height", height) + " fill=\"none\" stroke=\"#999\"/>\n";
}

double width_of(std::string_view text, double font) {
  double width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = first_code_point(text.substr(i));
    width += point.value < 0x2E80 ? 0.58 : 1;
    i += point.size;
  }
  return width * font;
}

std::string fitted(std::string_view text, double width, double font) {
  if (width_of(text, font) <= width) return std::string(text);
  std::size_t end = 0;
  for (double left = width - width_of("…", font); end < text.size();) {
    const std::size_t size = first_code_point(text.substr(end)).size;
    left -= width_of(text.substr(end, size), font);
    if (left < 0) break;
    end += size;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string mark(std::size_t shape, double x, double y, double size, std::string_view more, std::string_view title) {
  shape %= shapes;
  const std::string name = shape == 0 ? "circle" : "polygon";
  const std::string place =
      shape == 0 ? attribute("cx", x) + attribute("cy", y) + attribute("r", size) : list(corners[shape], x, y, size);
  return "<" + name + place + std::string(more) + "><title>" + escape_markup(std::string(title)) + "</title></" + name +
         ">\n";
}

std::string filled(const char* colour) { return " fill=\"" + std::string(colour) + "\""; }
std::string hollow(const char* colour) {
  return " fill=\"#fff\" stroke=\"" + std::string(colour) + "\" stroke-width=\"1.5\"";
}

Ticks::Ticks(double low, double high, int count) {
  const double rough = std::max((high - low) / count, 1e-30);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  step_ = (rough <= 1.5 * power ? 1 : rough <= 3.5 * power ? 2 : rough <= 7.5 * power ? 5 : 10) * power;
  // Numbers that are close together for their size may be less than a step apart to a double.
  for (double i = std::ceil(low / step_ - 1e-9); values_.size() < 100 && i * step_ <= high + step_ * 1e-9; ++i)
    values_.push_back(i * step_);
}

std::string Ticks::text(double value) const {
  if (std::abs(value) < step_ / 2) value = 0;
  const double size = values_.empty() ? 0 : std::max(std::abs(values_.front()), std::abs(values_.back()));
  if (size >= 1e6 || step_ < 1e-6) return formatted("%.4g", value);
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step_) + 1e-9)));
  return formatted(("%." + std::to_string(decimals) + "f").c_str(), value);
}

std::string legend(std::span<const LegendEntry> entries, double x, double y, double width, double font) {
  std::string result;
  for_each_place(entries, width, font, [&](const LegendEntry& entry, double place, int line) {
    const double left = x + place, base = y + line * legend_line;
    result += entry.draw(left, base - font / 3) + text(left + entry.width, base, "start", entry.name);
  });
  return result;
}

int legend_lines(std::span<const LegendEntry> entries, double width, double font) {
  int lines = 0;
  for_each_place(entries, width, font, [&](const LegendEntry&, double, int line) { lines = line + 1; });
  return lines;
}

std::string picture(double width, double height, double font, std::string_view title, const std::string& body) {
  const std::string w = formatted("%.0f", width), h = formatted("%.0f", height);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " +
         h + "\" font-family=\"sans-serif\" font-size=\"" + formatted("%.0f", font) +
         "\" fill=\"#111\" role=\"img\">\n<title>" + escape_markup(std::string(title)) +
         "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" + body + "</svg>\n";
}

}  // namespace equivec::svg

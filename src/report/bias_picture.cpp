#include "src/report/bias_picture.hpp"

#include "src/report/drawing.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace equivec {

namespace {

constexpr int width = 960, margin = 20, dot = 3;  // pixels; dots by their radius
constexpr int step = 2 * dot + 1;                 // from one dot to the next

/// A cosine that rounds to 0 at two digits belongs to no side.
bool leans(double cosine) { return std::abs(cosine) >= 0.005; }

const char* colour_of(double cosine) { return !leans(cosine) ? "#777" : cosine < 0 ? "#2f6fb0" : "#c0562b"; }

std::string names(const std::vector<std::pair<std::string, double>>& words, std::size_t named, bool first_side) {
  auto sorted = words;
  std::ranges::stable_sort(
      sorted, [&](const auto& a, const auto& b) { return first_side ? a.second > b.second : a.second < b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(named, sorted.size()); ++i) {
    if (!leans(sorted[i].second) || (sorted[i].second > 0) != first_side) break;
    text += (text.empty() ? "" : ", ") + sorted[i].first + formatted(" %+.2f", sorted[i].second);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::string bias_picture(std::span<const BiasAxis> axes, const std::string& first_pole, const std::string& last_pole,
                         std::size_t named) {
  double reach = 0.05;
  for (const BiasAxis& axis : axes)
    for (const auto& [word, cosine] : axis.words) reach = std::max(reach, std::abs(cosine));
  reach = std::ceil(reach * 10) / 10;
  const double middle = width / 2.0, scale = (middle - margin) / reach;
  // The negative pole to the left.
  const auto place = [&](double cosine) { return middle + cosine * scale; };

  std::string body;
  double top = 0;
  for (const BiasAxis& axis : axes) {
    // Dots of one step along the axis stand on each other.
    std::map<long, int> heights;
    std::vector<std::pair<long, int>> places;
    for (const auto& [word, cosine] : axis.words) {
      const long column = std::lround((place(cosine) - middle) / step);
      places.emplace_back(column, heights[column]++);
    }
    int highest = 1;
    for (const auto& [column, height] : heights) highest = std::max(highest, height);
    // Very many dots in one place overlap rather than fill the page.
    const double rise = std::min<double>(step, 240.0 / highest);
    body += svg::text(margin, top + 24, "start", axis.title, " font-weight=\"bold\"");
    const double line = top + 40 + rise * highest;
    body += svg::line(margin, line, width - margin, line, " stroke=\"#111\"");
    for (int tick = -static_cast<int>(std::lround(reach * 10)); tick <= std::lround(reach * 10); ++tick) {
      const double x = place(tick / 10.0);
      body += svg::line(x, line, x, line + 5, " stroke=\"#111\"");
      body += svg::text(x, line + 19, "middle", formatted("%.1f", tick / 10.0));
    }
    for (std::size_t i = 0; i < axis.words.size(); ++i) {
      const auto& [word, cosine] = axis.words[i];
      const auto& [column, height] = places[i];
      body += svg::mark(0, middle + static_cast<double>(column) * step, line - rise * (height + 0.5), dot,
                        svg::filled(colour_of(cosine)), word + formatted(" %+.3f", cosine));
    }
    body += svg::text(margin, line + 38, "start", "towards " + last_pole + ": " + names(axis.words, named, false));
    body += svg::text(margin, line + 56, "start", "towards " + first_pole + ": " + names(axis.words, named, true));
    top = line + 72;
  }
  return svg::picture(width, top, 13, "Cosines with the direction from " + last_pole + " to " + first_pole, body);
}

}  // namespace equivec

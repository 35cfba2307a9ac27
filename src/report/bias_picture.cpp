#include "src/report/bias_picture.hpp"

#include "src/report/document.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace equivec {

namespace {

constexpr int width = 960, margin = 20, dot = 3;  // pixels; dots by their radius
constexpr int step = 2 * dot + 1;                 // from one dot to the next

std::string text_at(double x, double y, const char* anchor, const std::string& text, const char* more = "") {
  return "<text x=\"" + formatted("%.1f", x) + "\" y=\"" + formatted("%.1f", y) + "\" text-anchor=\"" + anchor + "\"" +
         more + ">" + escape_markup(text) + "</text>\n";
}

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
    body += text_at(margin, top + 24, "start", axis.title, " font-weight=\"bold\"");
    const double line = top + 40 + rise * highest;
    body += "<line x1=\"" + std::to_string(margin) + "\" x2=\"" + std::to_string(width - margin) + "\" y1=\"" +
            formatted("%.1f", line) + "\" y2=\"" + formatted("%.1f", line) + "\" stroke=\"#111\"/>\n";
    for (int tick = -static_cast<int>(std::lround(reach * 10)); tick <= std::lround(reach * 10); ++tick) {
      const double x = place(tick / 10.0);
      body += "<line x1=\"" + formatted("%.1f", x) + "\" x2=\"" + formatted("%.1f", x) + "\" y1=\"" +
              formatted("%.1f", line) + "\" y2=\"" + formatted("%.1f", line + 5) + "\" stroke=\"#111\"/>\n";
      body += text_at(x, line + 19, "middle", formatted("%.1f", tick / 10.0));
    }
    for (std::size_t i = 0; i < axis.words.size(); ++i) {
      const auto& [word, cosine] = axis.words[i];
      const auto& [column, height] = places[i];
      body += "<circle cx=\"" + formatted("%.1f", middle + static_cast<double>(column) * step) + "\" cy=\"" +
              formatted("%.1f", line - rise * (height + 0.5)) + "\" r=\"" + std::to_string(dot) + "\" fill=\"" +
              colour_of(cosine) + "\"><title>" + escape_markup(word) + formatted(" %+.3f", cosine) +
              "</title></circle>\n";
    }
    body += text_at(margin, line + 38, "start", "towards " + last_pole + ": " + names(axis.words, named, false));
    body += text_at(margin, line + 56, "start", "towards " + first_pole + ": " + names(axis.words, named, true));
    top = line + 72;
  }
  const std::string height = formatted("%.0f", top);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(width) + "\" height=\"" + height +
         "\" viewBox=\"0 0 " + std::to_string(width) + " " + height +
         "\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#111\" role=\"img\">\n<title>" +
         escape_markup("Cosines with the direction from " + last_pole + " to " + first_pole) +
         "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" + body + "</svg>\n";
}

}  // namespace equivec

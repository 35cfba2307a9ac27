#include "src/report/word_plot.hpp"

#include "equivec/base/error.hpp"
#include "equivec/map/word_map.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/map/principal_plane.hpp"
#include "src/report/drawing.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace equivec {

namespace {

// ---- places ----

/// The words of a picture, each once: those named, then those of the groups.
struct ChosenWords {
  std::vector<std::string> words;
  std::vector<std::size_t> groups;  // of each word, counted from 1; 0: none
};

ChosenWords chosen_words(std::span<const std::string> words, const WordPlotOptions& options) {
  ChosenWords result;
  std::map<std::string, std::size_t> places;
  const auto add = [&](const std::string& word, std::size_t group) {
    const auto [place, is_new] = places.emplace(word, result.words.size());
    if (is_new) {
      result.words.push_back(word);
      result.groups.push_back(group);
    } else if (result.groups[place->second] == 0) {
      result.groups[place->second] = group;
    }
  };
  for (const std::string& word : words) add(word, 0);
  for (std::size_t g = 0; g < options.groups.size(); ++g)
    for (const std::string& word : options.groups[g].words) add(word, g + 1);
  if (result.words.size() < 2)
    throw Error("a picture needs two words or more, there are " + std::to_string(result.words.size()));
  return result;
}

std::vector<WordId> ids_of(const PlottedVectors& vectors, const std::vector<std::string>& words) {
  std::vector<WordId> ids;
  for (const std::string& word : words)
    ids.push_back(require_word(vectors.embeddings.vocabulary(), word, vectors.name));
  return ids;
}

Eigen::MatrixXd unit_rows(const Embeddings& embeddings, const std::vector<WordId>& ids) {
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(ids.size()), embeddings.dimension());
  for (std::size_t i = 0; i < ids.size(); ++i)
    rows.row(static_cast<Eigen::Index>(i)) = unit_vector(embeddings[ids[i]]).transpose();
  return rows;
}

Eigen::MatrixXd places_on_axes(const PlottedVectors& vectors, const std::vector<WordId>& ids,
                               const WordPlotOptions& options) {
  const NearestNeighbors index(vectors.embeddings, 0, options.threads);
  Eigen::MatrixXd axes(vectors.embeddings.dimension(), 2);
  for (const int side : {0, 1}) {
    const Eigen::VectorXf axis = parse_expression(index, side == 0 ? options.x : options.y, vectors.name).vector;
    axes.col(side) = axis.cast<double>().normalized();
  }
  return unit_rows(vectors.embeddings, ids) * axes;
}

/// Of each vectors' words, one a row.
std::vector<Eigen::MatrixXd> places_of(std::span<const PlottedVectors> vectors, const std::vector<std::string>& words,
                                       const WordPlotOptions& options, Progress* progress) {
  std::vector<Eigen::MatrixXd> result;
  std::optional<PrincipalPlane> plane;  // of the words of the first vectors; others are projected on it too
  for (const PlottedVectors& one : vectors) {
    const std::vector<WordId> ids = ids_of(one, words);
    const Embeddings& embeddings = one.embeddings;
    if (options.method == PlotMethod::axes) {
      result.push_back(places_on_axes(one, ids, options));
    } else if (options.method == PlotMethod::map) {
      if (!embeddings.places()) throw Error(one.name + ": holds no places; make them with equivec map");
      Eigen::MatrixXd places(static_cast<Eigen::Index>(ids.size()), 2);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (index(ids[i]) >= embeddings.size())
          throw Error(one.name + ": the word '" + words[i] + "' has no place, since it is made of n-grams");
        places.row(static_cast<Eigen::Index>(i)) =
            embeddings.places()->row(static_cast<Eigen::Index>(index(ids[i]))).cast<double>();
      }
      result.push_back(places);
    } else if (options.method == PlotMethod::tsne) {
      const MapOptions map{.method = MapMethod::tsne, .seed = options.seed, .threads = options.threads};
      result.push_back(word_map(selected(embeddings, ids), map, {.progress = progress}).cast<double>());
    } else {
      const Eigen::MatrixXd rows = unit_rows(embeddings, ids);
      if (plane && plane->dimension() != rows.cols())
        throw Error(one.name + ": has vectors of dimension " + std::to_string(rows.cols()) + ", " + vectors[0].name +
                    " of " + std::to_string(plane->dimension()) + "; one projection fits both only if these agree");
      const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
        return rows.middleRows(first, height);
      };
      if (!plane) plane.emplace(rows.rows(), rows.cols(), block, options.threads, progress);
      Eigen::MatrixXd places(rows.rows(), 2);
      for (Eigen::Index i = 0; i < rows.rows(); ++i) places.row(i) = plane->place(rows.row(i).transpose()).transpose();
      result.push_back(places);
    }
  }
  return result;
}

// ---- drawing ----

constexpr double side = 640, margin = 58, mark = 4, font = 12;  // of a panel, in pixels

std::string mark_of(std::size_t group, double x, double y, const std::string& title) {
  const char* colour = svg::colours[group % svg::colours.size()];
  std::string paint = svg::filled(colour);
  // From the fourth group on shapes come again, hollow.
  if (group >= 4) paint += " fill-opacity=\"0.15\" stroke=\"" + std::string(colour) + "\"";
  return svg::mark(group % 4, x, y, mark, paint, title);
}

struct Box {
  double left, top, right, bottom;
  bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

/// Finds room for labels beside their marks.
class Labels {
 public:
  explicit Labels(const Box& frame) : frame_(frame) {}

  void add_mark(double x, double y) { taken_.push_back({x - mark, y - mark, x + mark, y + mark}); }

  /// The label's element; empty if there is no room.
  std::string place(double x, double y, const std::string& text) {
    const double width = svg::width_of(text, font), gap = 1.8 * mark;
    struct Choice {
      double x, y;
      const char* anchor;
    };
    const double below = y + gap + 0.8 * font, above = y - gap;
    for (const Choice& choice :
         {Choice{x + gap, y + 0.35 * font, "start"}, Choice{x - gap, y + 0.35 * font, "end"},
          Choice{x, above, "middle"}, Choice{x, below, "middle"}, Choice{x + mark, above, "start"},
          Choice{x + mark, below, "start"}, Choice{x - mark, above, "end"}, Choice{x - mark, below, "end"}}) {
      const double left = choice.anchor[0] == 's'   ? choice.x
                          : choice.anchor[0] == 'e' ? choice.x - width
                                                    : choice.x - width / 2;
      const Box box{left, choice.y - 0.8 * font, left + width, choice.y + 0.25 * font};
      const bool inside =
          box.left > frame_.left && box.right < frame_.right && box.top > frame_.top && box.bottom < frame_.bottom;
      if (!inside || std::ranges::any_of(taken_, [&](const Box& other) { return box.meets(other); })) continue;
      taken_.push_back(box);
      return svg::text(choice.x, choice.y, choice.anchor, text);
    }
    return {};
  }

 private:
  Box frame_;
  std::vector<Box> taken_;
};

/// From numbers to pixels, the same for all panels.
struct Scale {
  double low_x, low_y, pixels_x, pixels_y;

  Scale(const std::vector<Eigen::MatrixXd>& places, bool same_in_both) {
    Eigen::Array2d low = Eigen::Array2d::Constant(std::numeric_limits<double>::infinity()), high = -low;
    for (const Eigen::MatrixXd& panel : places) {
      low = low.min(panel.colwise().minCoeff().transpose().array());
      high = high.max(panel.colwise().maxCoeff().transpose().array());
    }
    Eigen::Array2d span = (high - low).max(1e-9);
    if (same_in_both) span.setConstant(span.maxCoeff());
    const Eigen::Array2d middle = (low + high) / 2;
    span *= 1.12;  // room for labels
    low_x = middle[0] - span[0] / 2;
    low_y = middle[1] - span[1] / 2;
    pixels_x = (side - 2 * margin) / span[0];
    pixels_y = (side - 2 * margin) / span[1];
  }
  double x(double value) const { return margin + (value - low_x) * pixels_x; }
  double y(double value) const { return side - margin - (value - low_y) * pixels_y; }
};

/// Ticks, and what the axes mean.
std::string axes(const Scale& scale, const WordPlotOptions& options) {
  constexpr double low = margin, high = side - margin;
  const char* const stroke = " stroke=\"#999\"";
  std::string result;
  const svg::Ticks along(scale.low_x, scale.low_x + (high - low) / scale.pixels_x, 6);
  for (const double value : along.values())
    result += svg::line(scale.x(value), high, scale.x(value), high + 4, stroke) +
              svg::text(scale.x(value), high + 17, "middle", along.text(value));
  const svg::Ticks upwards(scale.low_y, scale.low_y + (high - low) / scale.pixels_y, 6);
  for (const double value : upwards.values())
    result += svg::line(low - 4, scale.y(value), low, scale.y(value), stroke) +
              svg::text(low - 7, scale.y(value) + 4, "end", upwards.text(value));
  result += svg::text(side / 2, high + 34, "middle", options.x, " font-style=\"italic\"");
  return result + svg::upward_text(12, side / 2, options.y, " font-style=\"italic\"");
}

std::string panel(const Eigen::MatrixXd& places, const ChosenWords& chosen, const Scale& scale,
                  const std::string& title, const WordPlotOptions& options) {
  const Box frame{margin, margin, side - margin, side - margin};
  std::string result = svg::frame(margin, margin, side - 2 * margin, side - 2 * margin);
  if (!title.empty()) result += svg::text(margin, margin - 10, "start", title, " font-weight=\"bold\"");
  if (options.method == PlotMethod::axes) result += axes(scale, options);
  Labels labels(frame);
  std::string names;
  for (std::size_t i = 0; i < chosen.words.size(); ++i) {
    const auto row = places.row(static_cast<Eigen::Index>(i));
    labels.add_mark(scale.x(row[0]), scale.y(row[1]));
  }
  for (std::size_t i = 0; i < chosen.words.size(); ++i) {
    const auto row = places.row(static_cast<Eigen::Index>(i));
    const double x = scale.x(row[0]), y = scale.y(row[1]);
    result += mark_of(chosen.groups[i], x, y, chosen.words[i]);
    names += labels.place(x, y, chosen.words[i]);
  }
  return result + names;
}

std::vector<svg::LegendEntry> legend_of(const WordPlotOptions& options) {
  std::vector<svg::LegendEntry> entries;
  for (std::size_t g = 0; g < options.groups.size(); ++g)
    entries.push_back({options.groups[g].name, 3 * mark, [g, name = options.groups[g].name](double x, double y) {
                         return mark_of(g + 1, x + mark, y, name);
                       }});
  return entries;
}

std::string described(const WordPlotOptions& options) {
  switch (options.method) {
    case PlotMethod::pca:
      return "principal components of these words";
    case PlotMethod::tsne:
      return "t-SNE of these words";
    case PlotMethod::map:
      return "places of the map";
    case PlotMethod::axes:
      return "cosines with " + options.x + " and with " + options.y;
  }
  return {};
}

}  // namespace

std::string_view name_of(PlotMethod method) {
  constexpr std::array<std::string_view, 4> names = {"pca", "tsne", "map", "axes"};
  return names[static_cast<std::size_t>(method)];
}

WordGroup parse_word_group(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (colon == text.npos || colon == 0)
    throw OptionError("group: expected 'NAME: WORD WORD ...', found '" + text + "'");
  WordGroup group{text.substr(0, colon), split_words(text.substr(colon + 2))};
  if (group.words.empty()) throw OptionError("group: '" + group.name + "' has no words");
  return group;
}

void validate(const WordPlotOptions& options) {
  const bool has_axes = !options.x.empty() && !options.y.empty();
  if (options.method == PlotMethod::axes && !has_axes)
    throw OptionError("the method axes needs x and y, such as 'he - she' and 'rich - poor'");
  if (options.method != PlotMethod::axes && (!options.x.empty() || !options.y.empty()))
    throw OptionError("x and y are of the method axes");
  require_between("threads", options.threads, 0, 4096);
}

std::string word_plot(std::span<const PlottedVectors> vectors, std::span<const std::string> words,
                      const WordPlotOptions& options, Progress* progress) {
  validate(options);
  const ChosenWords chosen = chosen_words(words, options);
  const std::vector<Eigen::MatrixXd> places = places_of(vectors, chosen.words, options, progress);
  const Scale scale(places, options.method != PlotMethod::axes);
  const double head = options.title.empty() || vectors.size() == 1 ? 0 : 26;  // above the names of several
  std::string body;
  if (!options.title.empty())
    body += svg::text(margin, head + margin - (head > 0 ? 34 : 16), "start", options.title,
                      " font-size=\"16\" font-weight=\"bold\"");
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    body += "<g transform=\"translate(" + formatted("%.1f", side * static_cast<double>(i)) + " " +
            formatted("%.1f", head) + ")\">\n" +
            panel(places[i], chosen, scale, vectors.size() > 1 ? vectors[i].name : "", options) + "</g>\n";
  }
  const double bottom = head + side + (options.method == PlotMethod::axes ? 8 : -margin + 22);
  const double width = side * static_cast<double>(vectors.size());
  const std::vector<svg::LegendEntry> legend = legend_of(options);
  body += svg::legend(legend, margin, bottom, width - margin, font);
  const int more_lines = std::max(svg::legend_lines(legend, width - margin, font) - 1, 0);
  return svg::picture(width, bottom + 14 + more_lines * svg::legend_line, font,
                      (options.title.empty() ? "Words" : options.title) + ": " + described(options), body);
}

}  // namespace equivec

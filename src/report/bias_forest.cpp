#include "src/report/bias_forest.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/measures.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/decompress.hpp"
#include "src/files/json.hpp"
#include "src/report/drawing.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace equivec {

namespace {

// ---- documents ----

constexpr const char* expected_document = "a document of equivec bias --json, or a report of equivec debias";

constexpr std::size_t most_vectors = 6, most_rows = 10000;

/// A row of one set of vectors.
struct MeasuredRow {
  std::string measure, sets, query;
  std::optional<double> unbiased;
  std::optional<BiasForest::Estimate> estimate;

  bool same_as(const MeasuredRow& other) const {
    return measure == other.measure && sets == other.sets && query == other.query;
  }
};

struct MeasuredRows {
  std::string name;   // of the vectors
  std::string where;  // file:line
  std::vector<MeasuredRow> rows;

  bool has(const MeasuredRow& row) const {
    return std::ranges::any_of(rows, [&](const MeasuredRow& own) { return own.same_as(row); });
  }
};

/// Reads one document; what no document has is an Error.
class BiasDocumentReader {
 public:
  explicit BiasDocumentReader(const std::string& file) : file_(file) {}

  void read(const JsonValue& document, std::vector<MeasuredRows>& all) const {
    const JsonValue* const measures = document.find("measures");
    if (!measures || measures->kind != JsonValue::Kind::list)
      fail_at(file_, document.line, "measures", std::string("is missing; expected ") + expected_document);
    const std::string where = file_ + ":" + std::to_string(document.line);
    MeasuredRows before{text(document, "vectors"), where, {}}, after{"", where, {}};
    if (document.find("output")) after.name = text(document, "output");
    if (after.name.empty()) after.name = "after";
    if (measures->items.size() > most_rows)
      fail_at(file_, measures->line, "measures", "has more than " + grouped(most_rows) + "; choose some with --query");
    for (const JsonValue& entry : measures->items) {
      if (entry.kind != JsonValue::Kind::object)
        fail_at(file_, entry.line, "measures", "expected objects, " + found(entry));
      MeasuredRow row{text(entry, "measure"),
                      text(entry.find("sets") ? entry : document, "sets"),
                      text(entry, "query"),
                      number(entry, "unbiased"),
                      {}};
      const JsonValue* const first = entry.find("before");  // of a report
      row.estimate = estimate(first ? *first : entry);
      before.rows.push_back(row);
      if (!first) continue;
      const JsonValue* const second = entry.find("after");
      row.estimate = second ? estimate(*second) : std::nullopt;
      after.rows.push_back(row);
    }
    for (MeasuredRows* const one : {&before, &after})
      if (!one->rows.empty()) add(std::move(*one), all);
  }

 private:
  /// To the rows of the same vectors, unless they were measured so before: then these are others of the same name.
  static void add(MeasuredRows one, std::vector<MeasuredRows>& all) {
    for (MeasuredRows& known : all) {
      if (known.rows.size() > most_rows) return;  // an error already; comparing takes the square of their number
      const auto again = [&](const MeasuredRow& row) { return known.has(row); };
      if (known.name != one.name || std::ranges::any_of(one.rows, again)) continue;
      std::ranges::move(one.rows, std::back_inserter(known.rows));
      return;
    }
    all.push_back(std::move(one));
  }

  std::string text(const JsonValue& object, const char* name) const {
    const JsonValue* const value = object.find(name);
    if (!value || value->kind != JsonValue::Kind::text)
      fail_at(file_, value ? value->line : object.line, name,
              (value ? found(*value) : std::string("is missing")) + "; expected a text, as in " + expected_document);
    return value->text;
  }

  double number(const JsonValue& value) const {
    constexpr double most = 1e30;
    if (value.kind != JsonValue::Kind::number || !(std::abs(value.number) <= most))
      fail_at(file_, value.line, value.key, "expected a number from -1e30 to 1e30, " + found(value));
    return value.number;
  }
  std::optional<double> number(const JsonValue& object, const char* name) const {
    const JsonValue* const value = object.find(name);
    if (!value || value->kind == JsonValue::Kind::null) return std::nullopt;
    return number(*value);
  }

  /// Empty if there was nothing to measure.
  std::optional<BiasForest::Estimate> estimate(const JsonValue& object) const {
    if (object.kind == JsonValue::Kind::null) return std::nullopt;
    BiasForest::Estimate result{number(object, "value"), number(object, "effect_size"), {}};
    const JsonValue* const interval = object.find("interval");
    if (interval && interval->kind != JsonValue::Kind::null) {
      if (interval->kind != JsonValue::Kind::list || interval->items.size() != 2)
        fail_at(file_, interval->line, "interval", "expected two numbers, " + found(*interval));
      result.interval = Interval{number(interval->items[0]), number(interval->items[1])};
      if (result.interval->low > result.interval->high)
        fail_at(file_, interval->line, "interval", "expected the smaller number first");
    }
    if (!result.value && !result.effect_size) return std::nullopt;
    return result;
  }

  const std::string& file_;
};

void require_common_rows(const std::vector<MeasuredRows>& all) {
  const MeasuredRows& first = all.front();
  for (const MeasuredRows& other : all)
    if (std::ranges::none_of(other.rows, [&](const MeasuredRow& row) { return first.has(row); }))
      throw Error(other.where + ": has none of the measures of " + first.where + ", such as " + first.rows[0].measure +
                  ", " + first.rows[0].query + "; measure both with the same --measure, --sets and --query");
}

/// Those of vectors of the same name with a number.
std::vector<std::string> names_of(const std::vector<MeasuredRows>& all) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& name = all[i].name;
    const auto same = std::ranges::count(all, name, &MeasuredRows::name);
    const auto before = std::count_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](const MeasuredRows& other) { return other.name == name; });
    names.push_back(same == 1 ? name : name + " (" + std::to_string(before + 1) + ")");
  }
  return names;
}

// ---- drawing ----

/// The effect size, where one of the vectors has one: it may be missing after debiasing, when the words no longer
/// differ.
bool has_effect_size(const BiasForest::Row& row) {
  return std::ranges::any_of(row.estimates, [](const auto& one) { return one && one->effect_size; });
}
std::optional<double> drawn_value(const BiasForest::Row& row, std::size_t vectors) {
  const auto& one = row.estimates[vectors];
  if (!one) return std::nullopt;
  return has_effect_size(row) ? one->effect_size : one->value;
}
double without_bias(const BiasForest::Row& row) { return has_effect_size(row) ? 0 : row.unbiased; }

std::string numbers_of(const BiasForest::Row& row, std::size_t vectors) {
  const auto value = drawn_value(row, vectors);
  return value ? format_estimate(value, row.estimates[vectors]->interval) : "not measured";
}

/// The first of several is hollow: what was before.
std::string forest_mark(std::size_t vectors, std::size_t number, double x, double y, const std::string& title) {
  if (vectors == 0 && number > 1) return svg::mark(0, x, y, 4.5, svg::hollow(svg::colours[2]), title);
  const std::size_t kind = vectors == 0 ? 0 : vectors - 1;
  constexpr std::array<std::size_t, 5> colours = {1, 3, 4, 5, 6};
  return svg::mark(kind, x, y, 4.5, svg::filled(svg::colours[colours[kind]]), title);
}

using ForestRows = std::vector<const BiasForest::Row*>;

class ForestPlot {
 public:
  ForestPlot(const BiasForest& forest, const std::string& title) : forest_(forest), title_(title) {
    double labels = 80, values = 80;
    for (const BiasForest::Row& row : forest.rows) {
      const auto same = [&](const ForestRows& group) { return group[0]->measure == row.measure; };
      const auto group = std::ranges::find_if(groups_, same);
      (group == groups_.end() ? groups_.emplace_back() : *group).push_back(&row);
      labels = std::max(labels, std::min(svg::width_of(row.query, font), widest_label));
      for (std::size_t i = 0; i < row.estimates.size(); ++i)
        values = std::max(values, svg::width_of(numbers_of(row, i), font));
    }
    labels_ = labels + 8;  // letters may be wider than is reckoned
    left_ = margin + labels_ + gap;
    width_ = left_ + plot + gap + values + margin;
  }

  std::string svg() {
    if (!title_.empty()) {
      body_ += svg::text(margin, 24, "start", title_, " font-size=\"16\" font-weight=\"bold\"");
      top_ = 30;
    }
    legend();
    for (const ForestRows& group : groups_) add(group);
    body_ += svg::text(margin, top_ + 2, "start",
                       std::string("Lines: 95 % intervals. Dashed: no bias.") +
                           (groups_.size() > 1 ? " Each measure has its own scale." : ""),
                       " fill=\"#555\"");
    return svg::picture(width_, top_ + 14, font,
                        (title_.empty() ? "Measures of bias" : title_) + ": values and 95 % intervals", body_);
  }

 private:
  static constexpr double font = 12, margin = 20, plot = 380, gap = 16, widest_label = 260;
  static constexpr double line = 17, between = 6, header = 26, axis = 36;  // heights

  /// From values to pixels, for the rows of one measure.
  struct Scale {
    double low = std::numeric_limits<double>::infinity(), high = -low, left;

    Scale(const ForestRows& rows, double from) : left(from) {
      for (const BiasForest::Row* row : rows) {
        include(without_bias(*row));
        for (std::size_t i = 0; i < row->estimates.size(); ++i) {
          const auto value = drawn_value(*row, i);
          if (!value) continue;
          include(*value);
          if (const auto& interval = row->estimates[i]->interval) {
            include(interval->low);
            include(interval->high);
          }
        }
      }
      // Differences of no importance are not blown up to the whole width.
      const double least = std::max(0.01, 1e-6 * std::max(std::abs(low), std::abs(high)));
      const double more = std::max((least - (high - low)) / 2, 0.04 * (high - low));
      low -= more;
      high += more;
    }
    double x(double value) const { return left + (value - low) / (high - low) * plot; }

   private:
    void include(double value) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  };

  void legend() {
    std::vector<svg::LegendEntry> entries;
    const std::size_t number = forest_.vectors.size();
    for (std::size_t i = 0; i < number; ++i)
      entries.push_back({svg::fitted(forest_.vectors[i], 500, font), 16, [this, i, number](double x, double y) {
                           return forest_mark(i, number, x + 5, y, forest_.vectors[i]);
                         }});
    body_ += svg::legend(entries, margin, top_ + 20, width_ - 2 * margin, font);
    top_ += 16 + svg::legend_lines(entries, width_ - 2 * margin, font) * svg::legend_line;
  }

  void add(const ForestRows& rows) {
    const std::string& name = rows[0]->measure;
    body_ += svg::text(margin, top_ + 16, "start", name, " font-weight=\"bold\"");
    // Bold letters are wider.
    const double behind = std::max(left_, margin + 1.2 * svg::width_of(name, font) + gap);
    if (const auto known = std::ranges::find(bias_measures(), name, &BiasMeasure::name); known != bias_measures().end())
      body_ += svg::text(behind, top_ + 16, "start",
                         std::string(known->title) + "; better: " + std::string(known->better), " fill=\"#555\"");
    top_ += header;
    const Scale scale(rows, left_);
    const double first = top_;
    std::string marks;
    for (const BiasForest::Row* row : rows) marks += row_of(*row, rows, scale);
    std::vector<double> unbiased;  // one, unless some rows have effect sizes and others have not
    for (const BiasForest::Row* row : rows)
      if (const double value = without_bias(*row); std::ranges::find(unbiased, value) == unbiased.end()) {
        unbiased.push_back(value);
        body_ += svg::line(scale.x(value), first, scale.x(value), top_, " stroke=\"#555\" stroke-dasharray=\"3 3\"");
      }
    body_ += marks + svg::line(left_, top_, left_ + plot, top_, " stroke=\"#111\"");
    const svg::Ticks ticks(scale.low, scale.high, 5);
    for (const double value : ticks.values())
      body_ += svg::line(scale.x(value), top_, scale.x(value), top_ + 4, " stroke=\"#111\"") +
               svg::text(scale.x(value), top_ + 17, "middle", ticks.text(value));
    top_ += axis;
  }

  std::string row_of(const BiasForest::Row& row, const ForestRows& group, const Scale& scale) {
    const auto same = [&](const BiasForest::Row* other) { return other->query == row.query; };
    const std::string label =
        row.query + (std::ranges::count_if(group, same) > 1 ? " (" + row.sets + ")" : std::string());
    const std::size_t number = row.estimates.size();
    const double height = static_cast<double>(number) * line;
    std::string result = svg::text(left_ - gap, top_ + height / 2 + 4, "end", svg::fitted(label, labels_, font));
    for (std::size_t i = 0; i < number; ++i) {
      const double y = top_ + (static_cast<double>(i) + 0.5) * line;
      result += svg::text(left_ + plot + gap, y + 4, "start", numbers_of(row, i));
      const auto value = drawn_value(row, i);
      if (!value) continue;
      if (const auto& interval = row.estimates[i]->interval) {
        const double low = scale.x(interval->low), high = scale.x(interval->high);
        const char* const stroke = " stroke=\"#333\" stroke-width=\"1.3\"";
        result += svg::line(low, y, high, y, stroke) + svg::line(low, y - 3, low, y + 3, stroke) +
                  svg::line(high, y - 3, high, y + 3, stroke);
      }
      result +=
          forest_mark(i, number, scale.x(*value), y, label + ", " + forest_.vectors[i] + ": " + numbers_of(row, i));
    }
    top_ += height + between;
    return result;
  }

  const BiasForest& forest_;
  const std::string& title_;
  std::vector<ForestRows> groups_;  // by measure, in the order of the rows
  double labels_ = 0, left_ = 0, width_ = 0, top_ = 0;
  std::string body_;
};

}  // namespace

std::vector<BiasDocuments> read_bias_documents(std::span<const std::string> files) {
  std::vector<BiasDocuments> result;
  for (const std::string& file : files) result.push_back({file, std::string(open_decompressed(file)->bytes())});
  return result;
}

BiasForest bias_forest(std::span<const BiasDocuments> documents, std::span<const std::string> names) {
  // Words and directions are most of a document.
  constexpr std::array<std::string_view, 9> unused = {"words",   "subspace",          "reference_subspace",
                                                      "missing", "without_direction", "occupations",
                                                      "moved",   "utility",           "caveats"};
  std::vector<MeasuredRows> all;
  for (const BiasDocuments& one : documents)
    for (const JsonValue& document : parse_json_objects(one.name, one.text, expected_document, unused))
      BiasDocumentReader(one.name).read(document, all);
  for (const MeasuredRows& one : all)
    if (one.rows.size() > most_rows)
      throw Error(one.where + ": more than " + grouped(most_rows) +
                  " measurements are no picture; choose some with --measure and --query");
  if (all.empty()) throw Error(std::string("bias: nothing was measured; give ") + expected_document);
  const auto require_number = [&](bool right, const std::string& text) {
    if (!right) throw OptionError(text + " there are " + std::to_string(all.size()) + " sets of vectors");
  };
  require_number(all.size() <= most_vectors, "bias: at most " + std::to_string(most_vectors) + " can be told apart,");
  require_number(names.empty() || names.size() == all.size(),
                 "name: expected one for each of the vectors, found " + std::to_string(names.size()) + ";");
  require_common_rows(all);
  BiasForest forest;
  forest.vectors = names.empty() ? names_of(all) : std::vector<std::string>(names.begin(), names.end());
  std::vector<MeasuredRow> rows;
  for (std::size_t v = 0; v < all.size(); ++v)
    for (const MeasuredRow& row : all[v].rows) {
      const auto place = std::ranges::find_if(rows, [&](const MeasuredRow& own) { return own.same_as(row); });
      const auto index = static_cast<std::size_t>(place - rows.begin());
      if (index == rows.size()) {
        rows.push_back(row);
        forest.rows.push_back({row.measure, row.sets, row.query, 0, {}});
        forest.rows.back().estimates.resize(all.size());
      }
      if (row.unbiased) forest.rows[index].unbiased = *row.unbiased;
      forest.rows[index].estimates[v] = row.estimate;
    }
  std::erase_if(forest.rows, [](const BiasForest::Row& row) {
    return std::ranges::none_of(row.estimates, [](const auto& one) { return one.has_value(); });
  });
  return forest;
}

std::string forest_plot(const BiasForest& forest, const std::string& title) {
  if (forest.rows.empty()) throw Error("bias: there is no measurement to draw");
  return ForestPlot(forest, title).svg();
}

}  // namespace equivec

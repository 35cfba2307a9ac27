#include "src/report/loss_plot.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/drawing.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

namespace equivec {

namespace {

/// What is drawn as one line.
struct LossSeries {
  std::string name;
  std::size_t curve;
  bool held_out;
  std::vector<std::pair<double, double>> points = {};  // epoch and loss

  const char* colour() const { return svg::colours[1 + curve % (svg::colours.size() - 1)]; }
  std::string stroke() const {
    return " stroke=\"" + std::string(colour()) + "\" stroke-width=\"1.5\"" +
           (held_out ? " stroke-dasharray=\"6 4\"" : "");
  }
  std::string mark(double x, double y, const std::string& title) const {
    return svg::mark(curve, x, y, 4, held_out ? svg::hollow(colour()) : svg::filled(colour()), title);
  }
};

std::vector<LossSeries> series_of(std::span<const LossCurve> curves) {
  std::vector<LossSeries> all;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    LossSeries training{curves[i].name, i, false}, held_out{curves[i].name + ", held out", i, true};
    for (const EpochReport& epoch : curves[i].epochs) {
      training.points.emplace_back(epoch.epoch, epoch.loss);
      if (epoch.validation_loss) held_out.points.emplace_back(epoch.epoch, *epoch.validation_loss);
    }
    if (training.points.empty()) throw Error(training.name + ": has no epochs");
    for (const auto* points : {&training.points, &held_out.points})
      for (const auto& [epoch, loss] : *points)
        if (!(std::abs(loss) <= 1e30))
          throw Error(training.name + ": the loss of epoch " + formatted("%.0f", epoch) +
                      " cannot be drawn: " + shortest(loss));
    all.push_back(std::move(training));
    if (!held_out.points.empty()) all.push_back(std::move(held_out));
  }
  return all;
}

/// The plane of epochs and losses, within a frame.
struct LossPlane {
  static constexpr double left = 76, width = 548, height = 330, inset = 14;
  double top;
  double low_x = std::numeric_limits<double>::infinity(), high_x = -low_x, low_y = low_x, high_y = -low_x;

  LossPlane(const std::vector<LossSeries>& all, double from) : top(from) {
    for (const LossSeries& one : all)
      for (const auto& [epoch, loss] : one.points) {
        low_x = std::min(low_x, epoch);
        high_x = std::max(high_x, epoch);
        low_y = std::min(low_y, loss);
        high_y = std::max(high_y, loss);
      }
    widen(low_x, high_x, 0.5);
    widen(low_y, high_y, std::max(std::abs(low_y) * 0.05, 1e-9));
  }
  double x(double epoch) const { return left + inset + (epoch - low_x) / (high_x - low_x) * (width - 2 * inset); }
  double y(double loss) const {
    return top + height - inset - (loss - low_y) / (high_y - low_y) * (height - 2 * inset);
  }

  std::string axes() const {
    std::string result;
    const svg::Ticks losses(low_y, high_y, 6), epochs(low_x, high_x, 8);
    for (const double loss : losses.values())
      result += svg::line(left, y(loss), left + width, y(loss), " stroke=\"#ddd\"") +
                svg::text(left - 7, y(loss) + 4, "end", losses.text(loss));
    for (const double epoch : epochs.values()) {
      if (std::abs(epoch - std::round(epoch)) > 1e-6) continue;
      result += svg::line(x(epoch), top + height, x(epoch), top + height + 5, " stroke=\"#999\"") +
                svg::text(x(epoch), top + height + 19, "middle", formatted("%.0f", epoch));
    }
    return result + svg::frame(left, top, width, height) +
           svg::text(left + width / 2, top + height + 38, "middle", "epoch", " font-style=\"italic\"") +
           svg::upward_text(18, top + height / 2, "mean loss per pair", " font-style=\"italic\"");
  }

 private:
  static void widen(double& low, double& high, double by) {
    if (high - low > 1e-12 * std::abs(high)) return;
    low -= by;
    high += by;
  }
};

std::string drawn(const LossSeries& series, const LossPlane& plane) {
  std::vector<std::pair<double, double>> places;
  for (const auto& [epoch, loss] : series.points) places.emplace_back(plane.x(epoch), plane.y(loss));
  std::string result = svg::path(places, series.stroke());
  // Marks tell lines apart; one at every epoch of many would hide them.
  const std::size_t step = (places.size() + 29) / 30;
  for (std::size_t i = 0; i < places.size(); i += step)
    result += series.mark(places[i].first, places[i].second,
                          series.name + ", epoch " + formatted("%.0f: ", series.points[i].first) +
                              formatted("%.6g", series.points[i].second));
  return result;
}

std::vector<svg::LegendEntry> legend_of(const std::vector<LossSeries>& all) {
  std::vector<svg::LegendEntry> entries;
  for (const LossSeries& one : all)
    entries.push_back({svg::fitted(one.name, 400, 12), 40, [&one](double x, double y) {
                         return svg::line(x, y, x + 34, y, one.stroke()) + one.mark(x + 17, y, one.name);
                       }});
  return entries;
}

}  // namespace

std::vector<LossCurve> read_loss_curves(std::span<const std::string> logs) {
  const auto stem = [](const std::string& file) { return std::filesystem::path(file).stem().string(); };
  std::vector<LossCurve> curves;
  for (const std::string& log : logs) {
    const bool unique = std::ranges::count(logs, stem(log), stem) == 1;
    curves.push_back({unique ? stem(log) : log, read_training_log(log)});
  }
  return curves;
}

std::vector<LossCurve> named(std::vector<LossCurve> curves, std::span<const std::string> names) {
  if (!names.empty() && names.size() != curves.size())
    throw OptionError("name: expected one for each of the " + std::to_string(curves.size()) + " trainings, found " +
                      std::to_string(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) curves[i].name = names[i];
  return curves;
}

std::string loss_plot(std::span<const LossCurve> curves, const std::string& title) {
  if (curves.empty()) throw OptionError("loss: there is no training's log to draw");
  const std::vector<LossSeries> all = series_of(curves);
  const LossPlane plane(all, title.empty() ? 16 : 40);
  std::string body;
  if (!title.empty()) body += svg::text(LossPlane::left, 24, "start", title, " font-size=\"16\" font-weight=\"bold\"");
  body += plane.axes();
  for (const LossSeries& one : all) body += drawn(one, plane);
  const std::vector<svg::LegendEntry> legend = legend_of(all);
  const double bottom = plane.top + LossPlane::height + 64;
  body += svg::legend(legend, LossPlane::left, bottom, LossPlane::width, 12);
  const int lines = svg::legend_lines(legend, LossPlane::width, 12);
  return svg::picture(LossPlane::left + LossPlane::width + 16, bottom + (lines - 1) * svg::legend_line + 16, 12,
                      (title.empty() ? "Training" : title) + ": mean loss per pair by epoch", body);
}

}  // namespace equivec

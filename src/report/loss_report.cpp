#include "src/report/loss_report.hpp"

#include "equivec/vectors/precision.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

#include <algorithm>

namespace equivec {

namespace {

std::string four_digits(std::optional<double> value) { return value ? formatted("%.4f", *value) : "-"; }

}  // namespace

std::string to_text(const LossReport& report) {
  std::string name = "recall@" + std::to_string(report.recall.neighbors);
  name.resize(std::max<std::size_t>(name.size() + 1, 13), ' ');
  std::string text = "precision    " + std::string(name_of(report.precision)) + "\ndimension    " +
                     std::to_string(report.dimension) + "\n" + name + four_digits(report.recall.value) + " (" +
                     grouped(report.recall.words) + " words)\n";
  if (report.analogies)
    text += "analogies    " + four_digits(report.analogies->before.all.value()) + " before, " +
            four_digits(report.analogies->after.all.value()) + " after (" + grouped(report.analogies->after.all.total) +
            " questions of " + report.analogies->set + ")\n";
  return text;
}

Json to_json(const LossReport& report) {
  Json document = {{"vectors", report.file},
                   {"precision", std::string(name_of(report.precision))},
                   {"dimension", report.dimension},
                   {"recall",
                    {{"neighbors", report.recall.neighbors},
                     {"words", report.recall.words},
                     {"value", number(report.recall.value)}}}};
  if (report.analogies)
    document["analogies"] = {{"set", report.analogies->set},
                             {"questions", report.analogies->after.all.total},
                             {"before", number(report.analogies->before.all.value())},
                             {"after", number(report.analogies->after.all.value())}};
  return document;
}

}  // namespace equivec

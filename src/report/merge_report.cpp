#include "src/report/merge_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/report/debias_summary.hpp"
#include "src/report/table.hpp"

namespace equivec {

std::string to_text(const MergeReport& report) {
  const Merged& merged = report.merged;
  std::string text;
  for (const MergedSpace& space : merged.spaces) {
    text += space.name + ": " + grouped(space.words) + " words of " + std::to_string(space.dimension) + " dimensions";
    if (space.weight != 1) text += ", weight " + shortest(space.weight);
    if (space.pairs > 0)
      text += ", turned by " + grouped(space.pairs) + (space.pairs == 1 ? " word" : " words") +
              formatted(": mean cosine %.4f before, ", space.cosine_before) +
              formatted("%.4f after", space.cosine_after);
    text += "\n";
  }
  text += "in all of them: " + grouped(merged.in_all) + "\n";
  if (merged.captured) text += formatted("kept of the squared lengths of the concatenation: %.4f\n", *merged.captured);
  text += conditions_text(merged.conditions);
  if (!report.output.empty())
    text += "wrote " + grouped(merged.embeddings.size()) + " vectors of " +
            std::to_string(merged.embeddings.dimension()) + " dimensions to " + report.output + "\n";
  return text;
}

Json to_json(const MergeReport& report) {
  const Merged& merged = report.merged;
  Json spaces = Json::array();
  for (const MergedSpace& space : merged.spaces) {
    spaces.push_back(
        {{"name", space.name}, {"words", space.words}, {"dimension", space.dimension}, {"weight", space.weight}});
    if (space.pairs == 0) continue;
    spaces.back()["pairs"] = space.pairs;
    spaces.back()["cosine_before"] = space.cosine_before;
    spaces.back()["cosine_after"] = space.cosine_after;
  }
  return {{"spaces", spaces},
          {"output", report.output},
          {"method", name_of(report.options.method)},
          {"words", merged.embeddings.size()},
          {"of", name_of(report.options.words)},
          {"in_all", merged.in_all},
          {"dimension", merged.embeddings.dimension()},
          {"captured", number(merged.captured)},
          {"merged", merged.embeddings.metadata().at("merged")},
          {"conditions", conditions_json(merged.conditions)}};
}

}  // namespace equivec

#include "src/report/retrofit_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/report/debias_summary.hpp"
#include "src/report/table.hpp"

namespace equivec {

namespace {

std::string lexicon_text(const char* what, const std::optional<UsedLexicon>& lexicon, const PairCosines& pairs) {
  if (!lexicon) return "";
  std::string text = std::string(what) + ": " + grouped(pairs.pairs) + (pairs.pairs == 1 ? " pair" : " pairs") +
                     " of " + lexicon->name;
  if (lexicon->missing > 0)
    text += " (" + grouped(lexicon->missing) + " left out, of " + grouped(lexicon->unknown) +
            (lexicon->unknown == 1 ? " unknown word)" : " unknown words)");
  return text + formatted(", mean cosine %.4f before, ", pairs.before) + formatted("%.4f after\n", pairs.after);
}

Json lexicon_json(const std::optional<UsedLexicon>& lexicon, const PairCosines& pairs) {
  if (!lexicon) return nullptr;
  return {{"from", lexicon->name},       {"pairs", pairs.pairs},          {"missing", lexicon->missing},
          {"unknown", lexicon->unknown}, {"cosine_before", pairs.before}, {"cosine_after", pairs.after}};
}

}  // namespace

std::string to_text(const RetrofitReport& report) {
  const Retrofitted& result = report.result;
  const bool counterfit = report.options.method == RetrofitMethod::counterfit;
  std::string text = lexicon_text("attract", report.attract, result.attract);
  text += lexicon_text("repel", report.repel, result.repel);
  if (result.conflicts > 0)
    text += "pairs that would attract and repel, and repel: " + grouped(result.conflicts) + "\n";
  if (counterfit) text += "pairs of near words whose distance should not grow: " + grouped(result.preserved) + "\n";
  text += "words: " + grouped(result.words) +
          formatted(", mean cosine of a word's new vector to its old one %.4f\n", result.moved);
  text += (counterfit ? "steps: " : "rounds: ") + std::to_string(result.rounds) +
          formatted("; the sum that is made small: %.6g before, ", result.objective_before) +
          formatted("%.6g after\n", result.objective_after);
  text += conditions_text(result.conditions);
  if (!report.output.empty())
    text += "wrote " + grouped(result.embeddings.size()) + " vectors to " + report.output + "\n";
  return text;
}

Json to_json(const RetrofitReport& report) {
  const Retrofitted& result = report.result;
  return {{"vectors", report.vectors},
          {"output", report.output},
          {"method", name_of(report.options.method)},
          {"attract", lexicon_json(report.attract, result.attract)},
          {"repel", lexicon_json(report.repel, result.repel)},
          {"conflicts", result.conflicts},
          {"preserved", result.preserved},
          {"words", result.words},
          {"moved", result.moved},
          {"rounds", result.rounds},
          {"objective_before", result.objective_before},
          {"objective_after", result.objective_after},
          {"retrofitted", result.embeddings.metadata().at("retrofitted")},
          {"conditions", conditions_json(result.conditions)}};
}

}  // namespace equivec

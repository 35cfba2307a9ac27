#include "apps/bias_report.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <utility>

using namespace equivec;

SubspaceReport find_subspace(const Embeddings& embeddings, const BiasWordSets& sets, int rank) {
  const ResolvedSets definitional = resolve(embeddings.vocabulary(), sets.definitional);
  SubspaceReport report{BiasSubspace::from_sets(embeddings, definitional.sets, rank),
                        definitional.sets.size(),
                        sets.definitional.size(),
                        definitional.missing,
                        "",
                        ""};
  report.first_pole = embeddings.vocabulary().word(definitional.sets.front().front());
  report.last_pole = embeddings.vocabulary().word(definitional.sets.front().back());
  return report;
}

void print(const SubspaceReport& report, const std::string& name) {
  std::cout << name << " direction, from " << report.sets_used << " of " << report.sets_given
            << " definitional sets (positive towards '" << report.first_pole << "', negative towards '"
            << report.last_pole << "')\n  share of the sets' variance on each principal direction:";
  const Eigen::VectorXd& explained = report.subspace.explained();
  for (Eigen::Index i = 0; i < std::min<Eigen::Index>(explained.size(), 5); ++i) {
    char text[32];
    std::snprintf(text, sizeof text, " %.1f %%", 100 * explained[i]);
    std::cout << text;
  }
  std::cout << '\n';
  if (!report.missing.empty()) std::cout << "  not in the vocabulary: " << list(report.missing) << '\n';
}

Json to_json(const SubspaceReport& report) {
  Json basis = Json::array();
  for (Eigen::Index row = 0; row < report.subspace.basis().rows(); ++row) {
    const Eigen::VectorXd direction = report.subspace.basis().row(row);
    basis.push_back(std::vector<double>(direction.begin(), direction.end()));
  }
  const Eigen::VectorXd& explained = report.subspace.explained();
  return {{"rank", report.subspace.rank()},
          {"explained_variance", std::vector<double>(explained.begin(), explained.end())},
          {"positive_pole", report.first_pole},
          {"negative_pole", report.last_pole},
          {"sets_used", report.sets_used},
          {"missing", report.missing},
          {"basis", basis}};
}

OccupationBias measure_occupations(const Embeddings& embeddings, const BiasSubspace& subspace, const BiasWordSets& sets,
                                   double strictness) {
  const ResolvedWords words = resolve(embeddings.vocabulary(), sets.occupations);
  return {direct_bias(embeddings, subspace, words.words, strictness), words.missing, strictness};
}

void print(const OccupationBias& measured, const SubspaceReport& report, const Vocabulary& vocabulary, int count) {
  if (measured.bias.words.empty()) {
    std::cout << "direct bias: none of the " << measured.missing.size() << " occupations is in the vocabulary\n";
    return;
  }
  char value[64];
  std::snprintf(value, sizeof value, "%.4f", measured.bias.value);
  std::cout << "direct bias of " << measured.bias.words.size() << " occupations: " << value << "  (mean |cosine|";
  if (measured.strictness != 1) std::cout << "^" << measured.strictness;
  std::cout << (report.subspace.rank() > 1 ? " with the subspace; 0 is none; " : " with the direction; 0 is none; ")
            << measured.missing.size() << " more are not in the vocabulary)\n";
  auto words = measured.bias.words;
  std::ranges::stable_sort(words, std::ranges::greater(), &WordBias::cosine);
  const auto show = [&](const WordBias& word) {
    char text[32];
    std::snprintf(text, sizeof text, "%+.3f ", word.cosine);
    std::cout << "  " << text << vocabulary.word(word.word);
  };
  const std::size_t shown = std::min(words.size(), static_cast<std::size_t>(count));
  if (shown == 0) return;
  if (report.subspace.rank() > 1) {
    std::cout << "  most in the subspace:";
    for (std::size_t i = 0; i < shown; ++i) show(words[i]);
    std::cout << '\n';
    return;
  }
  const auto show_side = [&](const std::string& pole, auto first, auto last, auto on_side) {
    std::string separator = "  most towards " + pole + ":";
    for (auto word = first; word != last && word - first < count && on_side(*word); ++word) {
      std::cout << std::exchange(separator, "");
      show(*word);
    }
    if (separator.empty()) std::cout << '\n';
  };
  show_side(report.first_pole, words.begin(), words.end(), [](const WordBias& word) { return word.cosine > 0.00005; });
  show_side(report.last_pole, words.rbegin(), words.rend(),
            [](const WordBias& word) { return word.cosine < -0.00005; });
}

Json to_json(const OccupationBias& measured, const BiasWordSets& sets, const Vocabulary& vocabulary) {
  Json words = Json::array();
  for (const WordBias& word : measured.bias.words)
    words.push_back({{"word", std::string(vocabulary.word(word.word))}, {"cosine", word.cosine}});
  return {{"measure", "direct-bias"},
          {"query", sets.name + ": occupations"},
          {"value", measured.bias.words.empty() ? Json(nullptr) : Json(measured.bias.value)},
          {"effect_size", nullptr},
          {"p_value", nullptr},
          {"interval", nullptr},
          {"conventions", {{"strictness", measured.strictness}, {"missing_words", "left out"}}},
          {"missing", measured.missing},
          {"words", words}};
}

std::string list(const WordSet& words, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), most); ++i) text += (i > 0 ? " " : "") + words[i];
  if (words.size() > most) text += " and " + std::to_string(words.size() - most) + " more";
  return text;
}

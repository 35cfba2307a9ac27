#include "equivec/debias.hpp"

#include "apps/bias_report.hpp"
#include "apps/command.hpp"
#include "apps/options.hpp"
#include "apps/query.hpp"

#include "equivec/formats.hpp"
#include "src/text_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <utility>

using namespace equivec;

namespace {

std::vector<std::string> words_of(const Vocabulary& vocabulary, std::span<const WordId> ids) {
  std::vector<std::string> words;
  for (const WordId id : ids) words.emplace_back(vocabulary.word(id));
  return words;
}

Json to_json(const Vocabulary& vocabulary, std::span<const std::vector<WordId>> sets) {
  Json list = Json::array();
  for (const auto& set : sets) list.push_back(words_of(vocabulary, set));
  return list;
}

void print_sets(const Vocabulary& vocabulary, const std::string& what, std::span<const std::vector<WordId>> sets) {
  if (sets.empty()) return;
  std::cout << what;
  for (const auto& set : sets) {
    std::string text;
    for (const std::string& word : words_of(vocabulary, set)) text += (text.empty() ? " " : "/") + word;
    std::cout << text;
  }
  std::cout << '\n';
}

/// Both steps or one of them, with what either left to tell.
HardDebiased remove_bias(const std::string& method, const Embeddings& embeddings, const BiasWordSets& sets, int rank) {
  if (method == "hard") return hard_debias(embeddings, sets, rank);
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const Embeddings unit = normalized(embeddings);
  const ResolvedSets definitional = resolve(vocabulary, sets.definitional);
  const BiasSubspace subspace = BiasSubspace::from_sets(unit, definitional.sets, rank);
  if (method == "neutralize") {
    Neutralized neutral = neutralize(unit, subspace, words_kept(vocabulary, sets));
    return {std::move(neutral.embeddings), subspace, words_neutralized(vocabulary, sets),
            std::move(neutral.vanished),   {},       {},
            definitional.missing};
  }
  Equalized equal = equalize(unit, subspace, resolve(vocabulary, with_case_variants(sets.equalize)).sets);
  return {std::move(equal.embeddings),
          subspace,
          {},
          {},
          std::move(equal.sets),
          std::move(equal.degenerate),
          resolve(vocabulary, sets.equalize).missing};
}

/// Direct bias of the occupations.
struct OccupationBias {
  DirectBias bias;
  WordSet missing;
};

OccupationBias measure_occupations(const Embeddings& embeddings, const BiasSubspace& subspace,
                                   const BiasWordSets& sets) {
  const ResolvedWords words = resolve(embeddings.vocabulary(), sets.occupations);
  return {direct_bias(embeddings, subspace, words.words), words.missing};
}

/// The value, and the `count` words nearest to each pole.
void print(const OccupationBias& measured, const BiasDirection& direction, const Vocabulary& vocabulary, int count) {
  if (measured.bias.words.empty()) {
    std::cout << "direct bias: none of the " << measured.missing.size() << " occupations is in the vocabulary\n";
    return;
  }
  char value[64];
  std::snprintf(value, sizeof value, "%.4f", measured.bias.value);
  std::cout << "direct bias of " << measured.bias.words.size() << " occupations: " << value
            << "  (mean |cosine| with the " << (direction.subspace.rank() > 1 ? "subspace" : "direction")
            << "; 0 is none; " << measured.missing.size() << " more are not in the vocabulary)\n";
  auto words = measured.bias.words;
  std::ranges::stable_sort(words, std::ranges::greater(), &WordBias::cosine);
  const auto show = [&](const WordBias& word) {
    char text[32];
    std::snprintf(text, sizeof text, "%+.3f ", word.cosine);
    std::cout << "  " << text << vocabulary.word(word.word);
  };
  const std::size_t shown = std::min(words.size(), static_cast<std::size_t>(count));
  if (shown == 0) return;
  if (direction.subspace.rank() > 1) {
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
  show_side(direction.first_pole, words.begin(), words.end(),
            [](const WordBias& word) { return word.cosine > 0.00005; });
  show_side(direction.last_pole, words.rbegin(), words.rend(),
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
          {"conventions", {{"strictness", 1}, {"missing_words", "left out"}}},
          {"missing", measured.missing},
          {"words", words}};
}

/// Direct bias after debiasing, told apart by whether a word was to lose it.
struct Remaining {
  double neutralized = 0;    ///< of the occupations that were neutralized
  std::vector<WordId> kept;  ///< occupations that are specific, or stand in an equalize set
};

Remaining remaining_bias(const HardDebiased& result, const OccupationBias& after) {
  Remaining remaining;
  std::vector<WordId> neutral;
  for (const WordBias& word : after.bias.words)
    (std::ranges::binary_search(result.neutralized, word.word) ? neutral : remaining.kept).push_back(word.word);
  remaining.neutralized = direct_bias(result.embeddings, result.subspace, neutral).value;
  return remaining;
}

double largest_cosine(const HardDebiased& result) {
  double largest = 0;
  for (const WordBias& word : direct_bias(result.embeddings, result.subspace, result.neutralized).words)
    largest = std::max(largest, std::abs(word.cosine));
  return largest;
}

}  // namespace

int run_debias(std::span<const std::string> arguments) {
  std::string file, output, format_name, method = "hard", set_name = "gender";
  int rank = 1, count = 8;
  bool json = false;
  ConsoleOptions console;
  Options options(
      "debias VECTORS -o OUT [options]",
      "Removes bias (Bolukbasi et al. 2016) and tells what changed. hard: every word but the gender-specific ones "
      "loses its part along the bias direction (neutralize), and pairs such as king and queen come to differ in "
      "nothing but that direction (equalize). The words that the sets list keep that part. The vectors written have "
      "length 1.");
  options.positional("VECTORS", file)
      .add("output,o", output, "the debiased vectors; its ending names the format", "OUT")
      .required("output")
      .add("format", format_name, "native, word2vec-text, word2vec-binary, glove-text, npy, whatever OUT's ending",
           "NAME")
      .add("method", method, "hard, neutralize or equalize", "NAME")
      .add("sets", set_name, "word sets: gender, or a JSON file (data/README.md)", "NAME|FILE")
      .add("rank", rank, "directions of the bias subspace")
      .add("count,k", count, "show so many of the most biased words")
      .add("json", json, "the report as one JSON document");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (method != "hard" && method != "neutralize" && method != "equalize")
    throw OptionError("--method: expected hard, neutralize or equalize, found '" + method + "'");
  if (output == "-" || output == "/dev/stdout")
    throw OptionError("--output: standard output is for the report; write the vectors to a file");
  require_at_least("rank", rank, 1);
  require_at_least("count", count, 0);
  const Format format = format_name.empty() ? format_from_extension(output) : format_from_name(format_name);
  const BiasWordSets sets = read_word_sets(set_name);
  require_writable(output);

  const Embeddings before = load(file, console);
  const BiasDirection report = find_direction(before, sets, {.rank = rank});
  const HardDebiased result = remove_bias(method, before, sets, rank);
  const OccupationBias bias_before = measure_occupations(before, result.subspace, sets);
  const OccupationBias bias_after = measure_occupations(result.embeddings, result.subspace, sets);
  const Remaining remaining = remaining_bias(result, bias_after);
  const double largest = largest_cosine(result);

  Metadata metadata = before.metadata();
  std::string& history = metadata["debiased"];
  history += (history.empty() ? "" : "; ") + std::string("equivec " EQUIVEC_VERSION " debias --method ") + method +
             " --sets " + set_name + " --rank " + shortest(rank);
  {
    const ProgressLine line("writing", "", console);
    write_embeddings(output, result.embeddings.with_metadata(std::move(metadata)), format, &progress());
  }

  const Vocabulary& vocabulary = before.vocabulary();
  if (json) {
    print(Json{{"vectors", file},
               {"output", output},
               {"method", method},
               {"sets", sets.name},
               {"subspace", to_json(report)},
               {"neutralized", result.neutralized.size()},
               {"largest_cosine", largest},
               {"direct_bias_of_neutralized_occupations", remaining.neutralized},
               {"kept_occupations", words_of(vocabulary, remaining.kept)},
               {"vanished", words_of(vocabulary, result.vanished)},
               {"equalized", to_json(vocabulary, result.equalized)},
               {"not_equalized", to_json(vocabulary, result.degenerate)},
               {"missing", result.missing},
               {"before", to_json(bias_before, sets, vocabulary)},
               {"after", to_json(bias_after, sets, vocabulary)}});
    return 0;
  }
  print(report, sets.name);
  if (sets.occupations.empty()) {
    std::cout << "the sets have no occupations to measure\n";
  } else {
    std::cout << "before: ";
    print(bias_before, report, vocabulary, count);
    std::cout << "after, along the same direction: ";
    print(bias_after, report, vocabulary, count);
  }
  if (method != "equalize") {
    if (!remaining.kept.empty()) {
      char value[32];
      std::snprintf(value, sizeof value, "%.4f", remaining.neutralized);
      std::cout << "        " << value << " over the " << bias_after.bias.words.size() - remaining.kept.size()
                << " occupations that were neutralized; " << remaining.kept.size()
                << " are what they are by meaning, as the sets say, and keep it:\n        "
                << list(words_of(vocabulary, remaining.kept)) << '\n';
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.1e", largest);
    std::cout << "neutralized " << grouped(result.neutralized.size()) << " words; the largest |cosine| left is " << text
              << '\n';
    if (!result.vanished.empty())
      std::cout << "words that were nothing but bias, now zero: " << list(words_of(vocabulary, result.vanished))
                << '\n';
  }
  if (method != "neutralize") {
    print_sets(vocabulary, "equalized " + std::to_string(result.equalized.size()) + " sets:", result.equalized);
    print_sets(vocabulary,
               "not equalized, since their words do not differ along the direction or stand in an earlier set:",
               result.degenerate);
  }
  if (!result.missing.empty()) std::cout << "not in the vocabulary: " << list(result.missing) << '\n';
  std::cout << "wrote " << grouped(vocabulary.size()) << " vectors of length 1 to " << output << '\n';
  return 0;
}

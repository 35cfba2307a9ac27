#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/debias/occupation_bias.hpp"
#include "src/files/files.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/debias_report.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <algorithm>
#include <iostream>

using namespace equivec;

namespace {

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

void list_methods(bool json) {
  if (json) {
    Json document = Json::array();
    for (const DebiasMethod& method : debias_methods())
      document.push_back({{"method", method.name},
                          {"title", method.title},
                          {"paper", method.paper},
                          {"takes", method.takes},
                          {"changes", method.changes},
                          {"options", method.options}});
    return print(document);
  }
  for (const DebiasMethod& method : debias_methods())
    std::cout << method.name << "\n  " << method.title << " (" << method.paper << ")\n  takes " << method.takes
              << "\n  changes " << method.changes << '\n'
              << (method.options.empty() ? "" : "  options " + std::string(method.options) + "\n");
}

void print(const std::string& when, const OccupationBias& measured, const Vocabulary& vocabulary, int count) {
  if (!measured.value) {
    std::cout << when << ": no occupation has a vector of any length\n";
    return;
  }
  std::cout << when << ": direct bias of " << measured.words.size() << " occupations "
            << formatted("%.4f", *measured.value) << " (mean |cosine| with the direction of before; "
            << measured.missing.size() << " more are not in the vocabulary)\n";
  auto words = measured.words;
  std::ranges::stable_sort(words, std::ranges::greater(), [](const WordBias& word) { return std::abs(word.cosine); });
  if (words.empty() || count == 0) return;
  std::cout << "  most biased:";
  for (std::size_t i = 0; i < std::min(words.size(), static_cast<std::size_t>(count)); ++i)
    std::cout << formatted("  %+.3f ", words[i].cosine) << vocabulary.word(words[i].word);
  std::cout << '\n';
}

Json to_json(const OccupationBias& measured, const BiasWordSets& sets, const Vocabulary& vocabulary) {
  Json words = Json::array();
  for (const WordBias& word : measured.words)
    words.push_back({{"word", std::string(vocabulary.word(word.word))}, {"cosine", word.cosine}});
  return {{"measure", "direct-bias"},
          {"query", sets.name + ": occupations"},
          {"value", number(measured.value)},
          {"effect_size", nullptr},
          {"p_value", nullptr},
          {"interval", nullptr},
          {"conventions", {{"strictness", 1}, {"direction", "of before"}, {"missing_words", "left out"}}},
          {"missing", measured.missing},
          {"words", words}};
}

template <class Read>
auto read_all(const std::vector<std::string>& files, const Read& read) {
  std::vector<decltype(read(std::filesystem::path()))> sets;
  for (const std::string& file : files) sets.push_back(read(file));
  return sets;
}

}  // namespace

int run_debias(std::span<const std::string> arguments) {
  std::vector<std::string> files, similarities, analogies;
  std::string output, format_name, method_name = "hard", set_name = "gender", direction = "pca", report_file;
  DebiasOptions rules;
  double strength = 0;
  BiasMeasureOptions measuring;
  int restrict = static_cast<int>(rules.restrict), count = 8;
  bool listed = false, json = false;
  ConsoleOptions console;
  Options options("debias VECTORS -o OUT [options]",
                  "Removes bias, proves on what it is about to write that the method's promises hold, and tells what "
                  "changed. With most methods the words that the sets list as being of that meaning keep it.");
  options.positionals("VECTORS", files, 0)
      .add("output,o", output, "the debiased vectors; its ending names the format", "OUT")
      .add("format", format_name, "native, word2vec-text, word2vec-binary, glove-text, npy, whatever OUT's ending",
           "NAME")
      .add("method", method_name, "how: hard, neutralize, equalize, soft, oscar ... (see --list)", "NAME")
      .add("list", listed, "what can be done, by which paper, and which words it changes")
      .add("sets", set_name, "word sets: gender, race, religion, or a JSON file (data/README.md)", "NAME|FILE")
      .add("direction", direction, "from definitional sets: pca, pair, means or classifier", "NAME")
      .add("pair", rules.direction.pair, "the two words of --direction pair: she he", "WORD")
      .add("rank", rules.direction.rank, "directions of the bias subspace, by pca")
      .add("strength", strength, "soft's lambda, partial-projection's sigma, half-sibling's alpha; else the paper's")
      .add("report", report_file, "before and after side by side: FILE.html, FILE.md (with FILE.md.svg) or FILE.json",
           "FILE")
      .add("similarity", similarities, "sets of word pairs, as in eval: what it cost, for the report")
      .add("analogies", analogies, "sets of analogies, as in eval, for the report")
      .add("biased-words", rules.biased_words, "of double-hard, inlp, leace: so many a side; 0: the paper's share")
      .add("rounds", rules.rounds, "of inlp at most")
      .add("restrict", restrict, "biased words, and what the report measures, are of the first N words")
      .add("seed", rules.seed, "of what the method and the report's measures draw")
      .add("threads,thread", rules.threads, "0: all cores")
      .add("count,k", count, "show so many of the most biased words")
      .add("json", json, "what was done as one JSON document");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (listed) {
    list_methods(json);
    return 0;
  }
  if (files.size() != 1)
    throw OptionError(files.empty() ? "VECTORS is missing; usage: equivec debias VECTORS -o OUT [options]"
                                    : "one file of VECTORS is debiased at a time, got " + std::to_string(files.size()));
  const std::string& file = files.front();
  if (output.empty()) throw OptionError("--output is missing: where the debiased vectors go");
  if (output == "-" || output == "/dev/stdout")
    throw OptionError("--output: standard output is for the report; write the vectors to a file");
  const DebiasMethod& method = debias_method(method_name);
  require_at_least("count", count, 0);
  require_at_least("restrict", restrict, 1);
  if (options.given("strength")) rules.strength = strength;
  for (const std::string name : {"strength", "biased-words", "rounds", "restrict", "seed"}) {
    const bool for_report = !report_file.empty() && (name == "restrict" || name == "seed");
    if (options.given(name) && !for_report && method.options.find(name) == method.options.npos)
      throw OptionError("--" + name + ": " + method_name + " has no such option; --list tells which methods have");
  }
  if (options.given("pair") && options.given("direction") && direction != "pair")
    throw OptionError("--pair is for --direction pair, not " + direction);
  rules.direction.method = value_named(options.given("pair") && !options.given("direction") ? "pair" : direction,
                                       "direction", direction_methods);
  rules.restrict = static_cast<std::size_t>(restrict);
  validate(rules);
  if (report_file.empty() && (!similarities.empty() || !analogies.empty()))
    throw OptionError("--similarity and --analogies are for the report; give --report FILE.html");
  std::vector<std::string> outputs = {output};
  if (!report_file.empty())
    for (const auto& path : report_files(report_file)) outputs.push_back(path.string());
  const Format format_of_output = format_name.empty() ? format_from_extension(output) : format_from_name(format_name);
  const BiasWordSets sets = read_word_sets(set_name);
  const auto similarity_sets = read_all(similarities, read_similarities);
  const auto analogy_sets = read_all(analogies, read_analogies);
  std::vector<std::string> inputs = {file, set_name};
  inputs.insert(inputs.end(), similarities.begin(), similarities.end());
  inputs.insert(inputs.end(), analogies.begin(), analogies.end());
  require_apart(inputs, outputs);
  for (const std::string& path : outputs) require_writable(path);

  const Embeddings before = load(file, console, {.threads = rules.threads});
  const Debiased debiased = [&] {
    const ProgressLine line("debiasing", "", console);
    return debias(method, before, sets, rules, &progress());
  }();
  const OccupationBias bias_before = occupation_bias(before, debiased, sets),
                       bias_after = occupation_bias(debiased.embeddings, debiased, sets);

  // All that can go wrong does before anything is replaced.
  std::vector<std::string> report;
  if (!report_file.empty()) {
    measuring.direction = rules.direction;
    measuring.direction.rank = 1;
    measuring.restrict = rules.restrict;
    measuring.seed = rules.seed;
    measuring.threads = rules.threads;
    const ProgressLine line("measuring", "", console);
    report = render_report(report_file,
                           {file, output, method, sets, before, debiased, bias_before, bias_after, similarity_sets,
                            analogy_sets, measuring},
                           progress());
  }
  Metadata metadata = before.metadata();
  std::string& history = metadata["debiased"];
  history += (history.empty() ? "" : "; ") + std::string("equivec " EQUIVEC_VERSION " debias --method ") + method_name +
             " --sets " + set_name;
  for (const auto& [name, value] : debiased.choices) history += ", " + name + " " + value;
  {
    const ProgressLine line("writing", "", console);
    write_embeddings(output, debiased.embeddings.with_metadata(std::move(metadata)), format_of_output, &progress());
  }
  for (std::size_t i = 0; i < report.size(); ++i) {
    AtomicFile out(outputs[i + 1]);
    out.write(report[i]);
    out.commit();
  }

  const Vocabulary& vocabulary = before.vocabulary();
  if (json) {
    Json choices = Json::object(), conditions = Json::array();
    for (const auto& [name, value] : debiased.choices) choices[name] = value;
    for (const PostCondition& condition : debiased.conditions)
      conditions.push_back({{"promise", condition.promise}, {"worst", condition.worst}, {"bound", condition.bound}});
    print(Json{{"vectors", file},
               {"output", output},
               {"report", report_file.empty() ? Json(nullptr) : Json(report_file)},
               {"method", method.name},
               {"sets", sets.name},
               {"choices", choices},
               {"conditions", conditions},
               {"subspace", to_json(debiased.direction)},
               {"neutralized", debiased.neutralized.size()},
               {"direct_bias_of_neutral_occupations", number(bias_after.of_neutral)},
               {"occupations_by_meaning", words_of(vocabulary, bias_after.by_meaning)},
               {"vanished", words_of(vocabulary, debiased.vanished)},
               {"equalized", to_json(vocabulary, debiased.equalized)},
               {"not_equalized", to_json(vocabulary, debiased.degenerate)},
               {"missing", debiased.missing},
               {"before", to_json(bias_before, sets, vocabulary)},
               {"after", to_json(bias_after, sets, vocabulary)}});
    return 0;
  }
  std::cout << to_text(debiased.direction, sets.name);
  if (sets.occupations.empty()) {
    std::cout << "the sets have no occupations to measure\n";
  } else {
    print("before", bias_before, vocabulary, count);
    print("after", bias_after, vocabulary, count);
    if (!bias_after.by_meaning.empty() && bias_after.of_neutral)
      std::cout << "  " << formatted("%.4f", *bias_after.of_neutral) << " over the "
                << bias_after.words.size() - bias_after.by_meaning.size() << " that should have none; "
                << bias_after.by_meaning.size() << " are what they are by meaning, as the sets say:\n  "
                << list(words_of(vocabulary, bias_after.by_meaning)) << '\n';
  }
  for (const auto& [name, value] : debiased.choices) std::cout << name << ": " << value << '\n';
  if (!debiased.neutralized.empty()) std::cout << "neutralized " << grouped(debiased.neutralized.size()) << " words\n";
  if (!debiased.vanished.empty())
    std::cout << "words that were nothing but bias, now zero: " << list(words_of(vocabulary, debiased.vanished))
              << '\n';
  print_sets(vocabulary, "equalized " + std::to_string(debiased.equalized.size()) + " sets:", debiased.equalized);
  print_sets(vocabulary,
             "not equalized, since their words do not differ along the direction or stand in an earlier set:",
             debiased.degenerate);
  for (const PostCondition& condition : debiased.conditions)
    std::cout << "proved: " << condition.promise << formatted(": at most %.1e", condition.worst)
              << formatted(" (bound %.1e)", condition.bound) << '\n';
  if (!debiased.missing.empty()) std::cout << "not in the vocabulary: " << list(debiased.missing) << '\n';
  std::cout << "wrote " << grouped(vocabulary.size()) << " vectors to " << output << '\n';
  if (!report_file.empty()) std::cout << "wrote the report to " << report_file << '\n';
  return 0;
}

#include "equivec/evaluate/analogies.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/base/lines.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/evaluate/word_lookup.hpp"
#include "src/files/delimited.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

/// Builds a section and numbers its distinct pairs.
class SectionBuilder {
 public:
  explicit SectionBuilder(std::string name) : section_{.name = std::move(name), .pairs = {}, .questions = {}} {}

  std::uint32_t pair(const std::string& source, std::vector<std::string> targets) {
    std::string key = source;
    for (const std::string& target : targets) key += '\n' + target;
    const auto [known, fresh] = numbers_.emplace(std::move(key), static_cast<std::uint32_t>(section_.pairs.size()));
    if (fresh) section_.pairs.push_back({source, std::move(targets)});
    return known->second;
  }
  void question(std::span<const std::string> words) {
    const std::uint32_t first = pair(words[0], {words[1]});
    section_.questions.push_back({first, pair(words[2], {words[3]})});
  }
  /// Each pair with each other one. Throws Error for more questions than memory should hold.
  void ask_all_pairs(const std::filesystem::path& file) {
    constexpr std::size_t most = 5000;  // 25 million questions, which take 200 MB
    if (section_.pairs.size() > most)
      throw Error(file.string() + ": has " + std::to_string(section_.pairs.size()) +
                  " pairs, each of which would be asked with each other one; divide the file into some of at most " +
                  std::to_string(most));
    const auto count = static_cast<std::uint32_t>(section_.pairs.size());
    for (std::uint32_t first = 0; first < count; ++first)
      for (std::uint32_t second = 0; second < count; ++second)
        if (first != second) section_.questions.push_back({first, second});
  }
  const std::string& name() const { return section_.name; }
  AnalogySet::Section take() && { return std::move(section_); }

 private:
  AnalogySet::Section section_;
  std::map<std::string, std::uint32_t> numbers_;
};

/// The sections of a set, in order of first appearance; a name may reappear.
class Sections {
 public:
  SectionBuilder& named(const std::string& name) {
    const auto [known, fresh] = numbers_.emplace(name, builders_.size());
    if (fresh) builders_.emplace_back(name);
    return builders_[known->second];
  }
  void append_to(AnalogySet& set) && {
    for (SectionBuilder& builder : builders_) set.sections.push_back(std::move(builder).take());
  }

 private:
  std::vector<SectionBuilder> builders_;
  std::map<std::string, std::size_t> numbers_;
};

std::vector<std::string> alternatives(std::string_view field) {
  std::vector<std::string> result;
  for (std::string& target : split_fields(field, '/'))
    if (!target.empty()) result.push_back(std::move(target));
  return result;
}

void read_questions_and_answers(const std::filesystem::path& file, AnalogySet& set) {
  std::filesystem::path answers_file = file;
  answers_file.replace_extension(".answers");
  std::vector<std::pair<std::string, std::string>> answers;
  for_each_entry(answers_file, [&](std::string_view line, std::size_t number) {
    const std::vector<std::string> fields = split_fields(line, ' ');
    if (fields.size() != 2)
      throw Error(place(answers_file, number) + "expected a section and a word, found " +
                  std::to_string(fields.size()) + " words");
    answers.emplace_back(fields[0], fields[1]);
  });
  Sections sections;
  std::size_t next = 0;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, ' ');
    if (fields.size() != 3)
      throw Error(place(file, number) + "expected three words, found " + std::to_string(fields.size()));
    if (next == answers.size())
      throw Error(place(file, number) + "has no answer: " + answers_file.string() + " holds " +
                  std::to_string(answers.size()));
    fields.push_back(answers[next].second);
    sections.named(answers[next++].first).question(fields);
  });
  if (next != answers.size())
    throw Error(answers_file.string() + ": holds " + std::to_string(answers.size()) + " answers to " +
                std::to_string(next) + " questions");
  std::move(sections).append_to(set);
}

void read_analogy_file(const std::filesystem::path& file, AnalogySet& set) {
  if (file.extension() == ".questions") return read_questions_and_answers(file, set);
  if (file.extension() == ".answers") return;
  const bool commas = file.extension() == ".csv";
  enum class Form { unknown, questions, pairs } form = Form::unknown;
  bool heading_allowed = commas, numbered = false;
  Sections sections;
  std::string section;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    line = commas ? line : trimmed(line);
    if (!commas && line.front() == ':') {
      section = trimmed(line.substr(1));
      form = Form::questions;
      sections.named(section);
      return;
    }
    const char separator = commas ? ',' : line.find('\t') != line.npos && form != Form::questions ? '\t' : ' ';
    std::vector<std::string> fields = split_fields(line, separator);
    if (std::exchange(heading_allowed, false)) {
      numbered = fields.front().empty();
      if (numbered || fields.back() == "target") return;
    }
    if (numbered) fields.erase(fields.begin());
    if (form == Form::unknown) form = fields.size() == 2 ? Form::pairs : Form::questions;
    if (form == Form::pairs) {
      std::vector<std::string> targets = fields.size() == 2 ? alternatives(fields[1]) : std::vector<std::string>();
      if (targets.empty() || fields[0].empty())
        throw Error(place(file, number) + "expected a pair of words, found " + std::to_string(fields.size()) +
                    " words");
      sections.named(file.stem().string()).pair(fields[0], std::move(targets));
    } else if (commas && fields.size() == 5) {
      sections.named(fields[0]).question(std::span(fields).subspan(1));
    } else if (fields.size() == 4) {
      sections.named(section).question(fields);
    } else {
      throw Error(place(file, number) + "expected four words or ': section', found " + std::to_string(fields.size()) +
                  " words");
    }
  });
  if (form == Form::pairs) sections.named(file.stem().string()).ask_all_pairs(file);
  std::move(sections).append_to(set);
}

/// A pair of a section, looked up in the vocabulary.
struct KnownPair {
  std::optional<WordId> source;
  std::vector<WordId> targets;  ///< those that have vectors

  bool known() const { return source && !targets.empty(); }
  Analogy::Pair pair() const { return {*source, targets.front()}; }
};

std::vector<KnownPair> known_pairs(const WordLookup& lookup, const AnalogySet::Section& section) {
  std::vector<KnownPair> result;
  result.reserve(section.pairs.size());
  for (const AnalogySet::Pair& pair : section.pairs) {
    result.push_back({lookup.find(pair.source), {}});
    for (const std::string& target : pair.targets)
      if (const auto word = lookup.find(target)) result.back().targets.push_back(*word);
  }
  return result;
}

/// A question that can be answered: the position of its outcome, and the right answers.
struct Asked {
  std::size_t section, question;
  std::vector<WordId> expected;
};

class Examination {
 public:
  Examination(const WordLookup& lookup, const EvaluateOptions& options, AnalogyResult& result)
      : lookup_(lookup), options_(options.analogies), include_alike_(options.include_alike), result_(result) {}

  void ask(const AnalogySet::Section& section) {
    const std::vector<KnownPair> pairs = known_pairs(lookup_, section);
    auto& outcomes = result_.outcomes.emplace_back();
    if (takes_pairs(options_.method))
      ask_pairs(pairs, outcomes);
    else
      ask_questions(section, pairs, outcomes);
  }

  void solve(const NearestNeighbors& index, Progress* progress) {
    const auto answers = equivec::solve(index, analogies_, 1, options_, progress);
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      const bool right = !answers[i].empty() && std::ranges::any_of(asked_[i].expected, [&](WordId expected) {
        return lookup_.same(answers[i].front().word, expected);
      });
      result_.outcomes[asked_[i].section][asked_[i].question] = right ? Outcome::right : Outcome::wrong;
    }
  }

 private:
  void ask_questions(const AnalogySet::Section& section, const std::vector<KnownPair>& pairs,
                     std::vector<Outcome>& outcomes) {
    outcomes.assign(section.questions.size(), Outcome::missing);
    for (std::size_t i = 0; i < section.questions.size(); ++i) {
      const KnownPair &first = pairs[section.questions[i].first], &second = pairs[section.questions[i].second];
      if (first.known() && second.known()) add(i, {{first.pair()}, *second.source}, answers_of(second));
    }
  }

  void ask_pairs(const std::vector<KnownPair>& pairs, std::vector<Outcome>& outcomes) {
    outcomes.assign(pairs.size(), Outcome::missing);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (!pairs[i].known()) continue;
      Analogy analogy{{}, *pairs[i].source};
      for (std::size_t other = 0; other < pairs.size(); ++other)
        if (other != i && pairs[other].known()) analogy.pairs.push_back(pairs[other].pair());
      if (!analogy.pairs.empty()) add(i, std::move(analogy), answers_of(pairs[i]));
    }
  }

  std::vector<WordId> answers_of(const KnownPair& pair) const {
    std::vector<WordId> answers;
    std::ranges::copy_if(pair.targets, std::back_inserter(answers),
                         [&](WordId word) { return lookup_.can_be_answer(word); });
    return answers;
  }

  /// A question without a possible answer stays missing.
  void add(std::size_t question, Analogy analogy, std::vector<WordId> expected) {
    if (expected.empty()) return;
    if (!options_.include_query && !include_alike_) {
      lookup_.append_alike(analogy.c, analogy.exclude);
      if (!takes_pairs(options_.method))
        for (const WordId word : {analogy.pairs.front().a, analogy.pairs.front().b})
          lookup_.append_alike(word, analogy.exclude);
    }
    analogies_.push_back(std::move(analogy));
    asked_.push_back({result_.outcomes.size() - 1, question, std::move(expected)});
  }

  const WordLookup& lookup_;
  const AnalogyOptions& options_;
  bool include_alike_;
  AnalogyResult& result_;
  std::vector<Analogy> analogies_;
  std::vector<Asked> asked_;
};

}  // namespace

AnalogySet read_analogies(const std::filesystem::path& from) {
  AnalogySet set{.name = set_name(from), .sections = {}};
  for (const std::filesystem::path& file : files_of(from)) read_analogy_file(file, set);
  if (std::ranges::all_of(set.sections, [](const auto& section) { return section.questions.empty(); }))
    throw Error(from.string() + ": holds no analogy question (four words a line, or two and more pairs of words)");
  return set;
}

AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options,
                       Progress* progress) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings, options.restrict, options.fold_case);
  AnalogyResult result;
  Examination examination(lookup, options, result);
  for (const AnalogySet::Section& section : set.sections) examination.ask(section);
  examination.solve(
      NearestNeighbors(embeddings, options.restrict, options.threads, metric_of(options.analogies.method)), progress);

  std::vector<Outcome> all;
  std::vector<Proportion> proportions;
  double sum = 0;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < set.sections.size(); ++i) {
    const Accuracy& section =
        result.sections.emplace_back(accuracy_of(set.sections[i].name, result.outcomes[i], options.bootstrap));
    all.insert(all.end(), result.outcomes[i].begin(), result.outcomes[i].end());
    proportions.push_back({section.correct, section.total});
    sum += section.value().value_or(0);
    answered += section.total > 0;
  }
  result.all = accuracy_of(set.name, all, options.bootstrap);
  if (answered > 0) result.section_mean = sum / static_cast<double>(answered);
  result.section_mean_interval = mean_proportion_interval(proportions, options.bootstrap);
  return result;
}

std::optional<Difference> compare(const AnalogyResult& first, const AnalogyResult& second,
                                  const BootstrapOptions& options) {
  require_same_size(first.outcomes.size(), second.outcomes.size());
  Discordance sum;
  for (std::size_t i = 0; i < first.outcomes.size(); ++i) {
    const Discordance section = discordance(first.outcomes[i], second.outcomes[i]);
    sum.only_first += section.only_first;
    sum.only_second += section.only_second;
    sum.total += section.total;
  }
  return compare_proportions(sum, options);
}

}  // namespace equivec

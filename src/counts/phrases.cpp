#include "equivec/counts/phrases.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/pair_counts.hpp"
#include "src/counts/phrase_joiner.hpp"
#include "src/counts/word_index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace equivec {

namespace {

bool has_space(std::string_view text) { return std::ranges::any_of(text, is_space); }

/// What is wrong with the marks of phrases; empty if nothing is.
std::string defect_of_marks(const std::string& delimiter, std::span<const std::string> connector_words) {
  if (delimiter.empty()) return "the delimiter of phrases must not be empty";
  if (has_space(delimiter)) return "the delimiter of phrases must not hold white space, got '" + delimiter + "'";
  for (const std::string& word : connector_words) {
    if (word.empty()) return "a connector word must not be empty";
    if (has_space(word)) return "a connector word must not hold white space, got '" + word + "'";
  }
  return {};
}

}  // namespace

std::string_view name_of(PhraseScoring scoring) {
  switch (scoring) {
    case PhraseScoring::original:
      return "original";
    case PhraseScoring::npmi:
      return "npmi";
    case PhraseScoring::word2phrase:
      break;
  }
  return "word2phrase";
}

double default_threshold(PhraseScoring scoring) noexcept {
  if (scoring == PhraseScoring::npmi) return 0.5;
  return scoring == PhraseScoring::original ? 10 : 100;
}

void validate(const PhraseOptions& options) {
  if (options.threshold) {
    if (options.scoring == PhraseScoring::npmi)
      require_between("threshold", *options.threshold, -1, 1);
    else
      require_between("threshold", *options.threshold, 0, std::numeric_limits<double>::max());
  }
  require_at_least("min-count", options.min_count, 0);
  require_between("passes", options.passes, 1, 10);
  require_between("threads", options.threads, 0, 4096);
  if (const std::string defect = defect_of_marks(options.delimiter, options.connector_words); !defect.empty())
    throw OptionError(defect);
}

struct Phrases::State {
  State(std::vector<std::vector<Phrase>> phrases, std::string mark, std::vector<std::string> connectors)
      : passes(std::move(phrases)), delimiter(std::move(mark)), connector_words(std::move(connectors)) {}

  using Scores = std::unordered_map<std::string_view, double>;

  /// By pass; made when a phrase is first looked up.
  const std::vector<Scores>& scores() const {
    std::call_once(indexed, [this] {
      for (const auto& pass : passes) {
        Scores& of_pass = index.emplace_back();
        for (const Phrase& phrase : pass) of_pass.emplace(phrase.words, phrase.score);
      }
    });
    return index;
  }
  bool is_connector(const std::string& word) const { return std::ranges::binary_search(connector_words, word); }

  std::vector<std::vector<Phrase>> passes;
  std::string delimiter;
  std::vector<std::string> connector_words;
  mutable std::once_flag indexed = {};
  mutable std::vector<Scores> index = {};
};

Phrases::Phrases() : Phrases(std::vector<std::vector<Phrase>>()) {}

Phrases::Phrases(std::vector<std::vector<Phrase>> passes, std::string delimiter,
                 std::vector<std::string> connector_words) {
  if (const std::string defect = defect_of_marks(delimiter, connector_words); !defect.empty()) throw Error(defect);
  std::erase_if(passes, [](const auto& pass) { return pass.empty(); });
  for (auto& pass : passes) {
    WordIndex index;
    index.reserve(pass.size());
    for (std::uint32_t i = 0; i < pass.size(); ++i) {
      const auto& [words, score] = pass[i];
      if (const std::string defect = defect_of(words, delimiter); !defect.empty()) throw Error("phrases: " + defect);
      if (!std::isfinite(score)) throw Error("the score of the phrase '" + words + "' is not finite");
      if (index.insert(words, i, [&](std::uint32_t k) { return std::string_view(pass[k].words); }) != i)
        throw Error("the phrase '" + words + "' occurs twice in a pass");
    }
    std::ranges::sort(pass, [](const Phrase& a, const Phrase& b) {
      return a.score != b.score ? a.score > b.score : a.words < b.words;
    });
  }
  std::ranges::sort(connector_words);
  connector_words.erase(std::unique(connector_words.begin(), connector_words.end()), connector_words.end());
  state_ = std::make_shared<const State>(std::move(passes), std::move(delimiter), std::move(connector_words));
}

std::size_t Phrases::passes() const noexcept { return state_->passes.size(); }
std::span<const Phrases::Phrase> Phrases::pass(std::size_t number) const noexcept { return state_->passes[number]; }
std::size_t Phrases::size() const noexcept {
  std::size_t sum = 0;
  for (const auto& pass : state_->passes) sum += pass.size();
  return sum;
}
std::optional<double> Phrases::score(std::string_view words) const {
  for (const State::Scores& pass : state_->scores())
    if (const auto found = pass.find(words); found != pass.end()) return found->second;
  return std::nullopt;
}
const std::string& Phrases::delimiter() const noexcept { return state_->delimiter; }
std::span<const std::string> Phrases::connector_words() const noexcept { return state_->connector_words; }

std::string Phrases::defect_of(std::string_view words, std::string_view delimiter) {
  if (words.size() > longest)
    return "expected a phrase of at most " + grouped(longest) + " bytes, found one of " + grouped(words.size());
  const std::size_t at = words.find(delimiter, 1);
  if (at != words.npos && at + delimiter.size() < words.size()) return {};
  return "expected two words with '" + std::string(delimiter) + "' between them, found '" + std::string(words) + "'";
}

namespace {

/// The score of pairs in one text; see PhraseScoring.
struct Scores {
  PhraseScoring scoring;
  double min_count;
  double words;      // of the text
  double different;  // words and pairs

  double of(double pair, double first, double second) const {
    switch (scoring) {
      case PhraseScoring::original:
        return (pair - min_count) / (first * second) * different;
      case PhraseScoring::npmi: {
        if (pair < min_count) return -std::numeric_limits<double>::infinity();
        const double share = pair / words;
        return std::log(share / (first / words * (second / words))) / -std::log(share);
      }
      case PhraseScoring::word2phrase:
        break;
    }
    return (pair - min_count) / first / second * words;
  }
};

/// One pass over a text.
class PhrasePass {
 public:
  PhrasePass(const JoinedText& text, const PhraseOptions& options)
      : text_(text),
        options_(options),
        threshold_(options.threshold.value_or(default_threshold(options.scoring))),
        scores_{options.scoring, static_cast<double>(options.min_count), static_cast<double>(text.tokens()), 0} {}

  std::vector<Phrases::Phrase> run(Progress* progress) {
    ConnectorRuns runs(options_.delimiter);
    const auto word = [this](WordId id) { return text_.word(id); };
    const PairText pairs{text_.ids(), text_.traits(), text_.has_connectors() ? &runs : nullptr, word};
    // How many different pairs there are is not known before all are counted; they are not more than the words.
    const std::uint64_t different_words = count_different_words();
    scores_.different = static_cast<double>(different_words + text_.tokens());
    const PairCounts counts = count_pairs(
        pairs, {options_.threads, text_.memory()},
        [this](const CountedPair& pair) { return score_of(pair) > threshold_; }, progress);
    scores_.different = static_cast<double>(different_words + counts.different);

    std::unordered_map<std::string, double> scores;
    for (const CountedPair& pair : counts.kept) {
      const double score = score_of(pair);
      if (score <= threshold_) continue;
      std::string phrase = joined(pair.pair, runs);
      if (phrase.size() > Phrases::longest) continue;
      const auto [place, added] = scores.try_emplace(std::move(phrase), score);
      if (!added) place->second = std::max(place->second, score);
    }
    std::vector<Phrases::Phrase> result;
    result.reserve(scores.size());
    while (!scores.empty()) {
      auto node = scores.extract(scores.begin());
      result.push_back({std::move(node.key()), node.mapped()});
    }
    return result;
  }

 private:
  double score_of(const CountedPair& pair) const {
    return scores_.of(static_cast<double>(pair.count), static_cast<double>(text_.count(WordId{pair.pair.first})),
                      static_cast<double>(text_.count(WordId{pair.pair.second})));
  }

  std::uint64_t count_different_words() const {
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < text_.words(); ++i)
      result += text_.count(word_id(i)) > 0 && (text_.traits()[i] & (is_connector | is_barrier)) == 0;
    return result;
  }

  std::string joined(const WordPair& pair, const ConnectorRuns& runs) const {
    std::string result(text_.word(WordId{pair.first}));
    result += options_.delimiter;
    if (pair.between != ConnectorRuns::none) result += runs.text(pair.between) + options_.delimiter;
    return result += text_.word(WordId{pair.second});
  }

  const JoinedText& text_;
  const PhraseOptions& options_;
  double threshold_;
  Scores scores_;
};

}  // namespace

Phrases find_phrases(const TrainingText& text, const PhraseOptions& options, Progress* progress) {
  validate(options);
  JoinedText joined(text, options.delimiter, options.connector_words,
                    {.threads = options.threads, .memory = options.memory});
  const auto passes = static_cast<std::uint64_t>(options.passes);
  const std::uint64_t words = text.corpus.ids().size();
  start(progress, words * (2 * passes - 1));
  std::vector<std::vector<Phrases::Phrase>> result;
  for (std::uint64_t pass = 1; pass <= passes; ++pass) {
    check_cancelled(progress);
    result.push_back(PhrasePass(joined, options).run(progress));
    // What joins nothing leaves nothing else for the passes after it.
    if (pass < passes && !result.back().empty()) joined.join(result.back(), progress);
    if (progress) progress->done = words * std::min(2 * pass, 2 * passes - 1);
    if (result.back().empty()) break;
  }
  if (progress) progress->done = progress->total.load();
  return Phrases(std::move(result), options.delimiter, options.connector_words);
}

Phrases find_phrases(const Corpus& corpus, const TextOptions& text, const PhraseOptions& options, Progress* progress) {
  validate(options);
  if (corpus.ranks()) throw OptionError("phrases are not found over several ranks; find them before");
  VocabularyOptions reading{.text = text, .min_count = options.min_count, .unknown = std::string(phrase_barrier)};
  if (options.scoring == PhraseScoring::original) reading.min_count = 1;  // it counts all different words
  reading.text.end_token.clear();
  reading.threads = options.threads;
  reading.memory = options.memory;
  const TrainingText words = read_corpus(corpus, reading, progress);
  return find_phrases(words, options, progress);
}

std::vector<std::string> join_phrases(std::span<const std::string> words, const Phrases& phrases) {
  const Phrases::State& state = *phrases.state_;
  std::vector<std::string> sentence(words.begin(), words.end());
  for (const Phrases::State::Scores& pass : state.scores()) {
    std::vector<std::string> joined;
    for (std::size_t i = 0; i < sentence.size();) {
      std::string phrase = sentence[i];
      std::size_t end = i + 1;
      if (!state.is_connector(sentence[i])) {
        for (; end < sentence.size() && state.is_connector(sentence[end]); ++end)
          phrase += state.delimiter + sentence[end];
        if (end < sentence.size()) phrase += state.delimiter + sentence[end];
      }
      const bool found = end < sentence.size() && end > i && pass.contains(phrase) && !state.is_connector(sentence[i]);
      joined.push_back(found ? std::move(phrase) : sentence[i]);
      i = found ? end + 1 : i + 1;
    }
    sentence = std::move(joined);
  }
  return sentence;
}

}  // namespace equivec

#include "equivec/evaluate.hpp"

#include "equivec/analogy.hpp"
#include "src/decompress.hpp"
#include "src/letter_case.hpp"
#include "src/lines.hpp"
#include "src/text_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace equivec {

namespace {

/// The words of a vocabulary by the rule of an evaluation: which of them count, and in which case.
class WordLookup {
 public:
  WordLookup(const Vocabulary& vocabulary, const EvaluateOptions& options)
      : vocabulary_(vocabulary),
        fold_case_(options.fold_case),
        size_(options.restrict == 0 ? vocabulary.size() : std::min(options.restrict, vocabulary.size())) {
    if (!fold_case_) return;
    alike_.reserve(size_);
    for (std::size_t row = 0; row < size_; ++row)
      alike_[lowered(vocabulary.word(word_id(row)))].push_back(word_id(row));
  }

  std::optional<WordId> find(const std::string& word) const {
    if (fold_case_) {
      const auto found = alike_.find(lowered(word));
      return found == alike_.end() ? std::nullopt : std::optional(found->second.front());
    }
    const auto id = vocabulary_.find(word);
    return id && index(*id) < size_ ? id : std::nullopt;
  }

  /// All words that count as the same as `word`.
  void append_alike(WordId word, std::vector<WordId>& words) const {
    if (!fold_case_) return words.push_back(word);
    const auto& alike = alike_.at(lowered(vocabulary_.word(word)));
    words.insert(words.end(), alike.begin(), alike.end());
  }

  bool same(WordId a, WordId b) const {
    return a == b || (fold_case_ && lowered(vocabulary_.word(a)) == lowered(vocabulary_.word(b)));
  }

 private:
  const Vocabulary& vocabulary_;
  bool fold_case_;
  std::size_t size_;
  std::unordered_map<std::string, std::vector<WordId>> alike_;
};

std::string base_name(const std::filesystem::path& file) { return file.filename().string(); }

}  // namespace

std::optional<double> AnalogyScore::accuracy() const {
  if (total == 0) return std::nullopt;
  return static_cast<double>(correct) / static_cast<double>(total);
}

AnalogySet read_analogies(const std::filesystem::path& path) {
  const auto file = open_decompressed(path);
  AnalogySet set{.name = base_name(path), .sections = {}};
  std::size_t questions = 0;
  for_each_line(without_byte_order_mark(file->bytes()), [&](std::string_view line, std::size_t number) {
    line = trimmed(line);
    if (line.empty()) return true;
    if (line.front() == ':') {
      set.sections.push_back({std::string(trimmed(line.substr(1))), {}});
      return true;
    }
    std::vector<std::string> words;
    tokenize(
        line, [&](std::string_view word) { words.emplace_back(word); }, [] {});
    if (words.size() != 4)
      throw Error(path.string() + ":" + std::to_string(number) + ": expected four words or ': section', found " +
                  std::to_string(words.size()) + " words");
    if (set.sections.empty()) set.sections.push_back({"", {}});
    set.sections.back().questions.push_back({words[0], words[1], words[2], words[3]});
    ++questions;
    return true;
  });
  if (questions == 0) throw Error(path.string() + ": holds no analogy question (four words a line)");
  return set;
}

AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options,
                       Progress* progress) {
  const WordLookup lookup(embeddings.vocabulary(), options);
  const NearestNeighbors index(embeddings, options.restrict, options.threads);
  struct Known {
    std::size_t section;
    WordId expected;
    Eigen::VectorXf vector;
    std::vector<WordId> given;
  };
  AnalogyResult result{.all = {.name = set.name}, .sections = {}};
  std::vector<Known> known;
  for (const auto& section : set.sections) {
    result.sections.push_back({.name = section.name});
    for (const auto& question : section.questions) {
      const auto a = lookup.find(question.a), b = lookup.find(question.b), c = lookup.find(question.c),
                 d = lookup.find(question.d);
      if (!a || !b || !c || !d) {
        ++result.sections.back().missing;
        continue;
      }
      Known next{result.sections.size() - 1, *d, analogy_vector(index, {*a, *b, *c}), {}};
      for (const WordId word : {*a, *b, *c}) lookup.append_alike(word, next.given);
      known.push_back(std::move(next));
    }
  }
  std::vector<NeighborQuery> queries;
  queries.reserve(known.size());
  for (const Known& k : known)
    queries.push_back({{k.vector.data(), static_cast<std::size_t>(k.vector.size())}, k.given});
  const auto answers = index.find(queries, 1, progress);
  for (std::size_t i = 0; i < known.size(); ++i) {
    AnalogyScore& score = result.sections[known[i].section];
    ++score.total;
    score.correct += !answers[i].empty() && lookup.same(answers[i].front().word, known[i].expected);
  }
  for (const AnalogyScore& score : result.sections) {
    result.all.correct += score.correct;
    result.all.total += score.total;
    result.all.missing += score.missing;
  }
  return result;
}

SimilaritySet read_similarities(const std::filesystem::path& path) {
  const auto file = open_decompressed(path);
  SimilaritySet set{.name = base_name(path), .pairs = {}};
  bool heading_allowed = true;
  for_each_line(without_byte_order_mark(file->bytes()), [&](std::string_view line, std::size_t number) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return true;
    const bool heading = std::exchange(heading_allowed, false);
    const char separator = line.find('\t') != line.npos  ? '\t'
                           : line.find(';') != line.npos ? ';'
                           : line.find(',') != line.npos ? ','
                                                         : ' ';
    std::vector<std::string> fields;
    std::optional<double> score;
    while (!line.empty() && !score) {
      const std::size_t end = std::min(line.find(separator), line.size());
      const std::string_view field = trimmed(line.substr(0, end));
      line.remove_prefix(std::min(end + 1, line.size()));
      if (field.empty()) continue;
      if (fields.size() >= 2) score = parse_number<double>(field);
      fields.emplace_back(field);
    }
    if (!score || !std::isfinite(*score)) {
      if (heading) return true;
      throw Error(path.string() + ":" + std::to_string(number) + ": expected two words and a number, found " +
                  (fields.size() > 2 ? "'" + fields[2] + "'" : std::to_string(fields.size()) + " fields"));
    }
    set.pairs.push_back({fields[0], fields[1], *score});
    return true;
  });
  if (set.pairs.empty()) throw Error(path.string() + ": holds no pair (two words and a number a line)");
  return set;
}

SimilarityResult evaluate(const Embeddings& embeddings, const SimilaritySet& set, const EvaluateOptions& options) {
  const WordLookup lookup(embeddings.vocabulary(), options);
  std::vector<double> cosines, scores;
  SimilarityResult result{.name = set.name, .spearman = {}, .pearson = {}};
  for (const auto& pair : set.pairs) {
    const auto first = lookup.find(pair.first), second = lookup.find(pair.second);
    if (!first || !second) {
      ++result.missing;
      continue;
    }
    cosines.push_back(cosine(embeddings[*first], embeddings[*second]));
    scores.push_back(pair.score);
  }
  result.pairs = scores.size();
  result.spearman = spearman(cosines, scores);
  result.pearson = pearson(cosines, scores);
  return result;
}

namespace {

bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

}  // namespace

std::optional<double> pearson(std::span<const double> x, std::span<const double> y) {
  if (x.size() < 2 || !all_finite(x) || !all_finite(y)) return std::nullopt;
  const auto [x_least, x_most] = std::ranges::minmax(x);
  const auto [y_least, y_most] = std::ranges::minmax(y);
  if (x_least == x_most || y_least == y_most) return std::nullopt;  // exactly constant, which rounding would hide below
  using Values = Eigen::Map<const Eigen::ArrayXd>;
  const auto count = static_cast<Eigen::Index>(x.size());
  const Eigen::ArrayXd a = Values(x.data(), count) - Values(x.data(), count).mean();
  const Eigen::ArrayXd b = Values(y.data(), count) - Values(y.data(), count).mean();
  const double spread = std::sqrt(a.square().sum()) * std::sqrt(b.square().sum());
  if (!(spread > 0)) return std::nullopt;
  return std::clamp((a * b).sum() / spread, -1.0, 1.0);
}

namespace {

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = static_cast<double>(begin + end + 1) / 2;
    begin = end;
  }
  return result;
}

}  // namespace

std::optional<double> spearman(std::span<const double> x, std::span<const double> y) {
  if (!all_finite(x) || !all_finite(y)) return std::nullopt;
  return pearson(ranks(x), ranks(y));
}

}  // namespace equivec

#include "src/explore/spaces.hpp"

#include "equivec/base/error.hpp"
#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/expression.hpp"
#include "src/base/lines.hpp"
#include "src/base/parallel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace equivec {

namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

/// Of each of the first `count` words its row in other vectors; size() where these lack it.
std::vector<WordId> rows_in(const Embeddings& other, const Vocabulary& words, std::size_t count) {
  std::vector<WordId> rows(count, word_id(other.size()));
  bool same = other.size() >= count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view word = words.word(word_id(i));
    // Mostly both have the same words in the same order.
    if (i < other.size() && other.vocabulary().word(word_id(i)) == word) {
      rows[i] = word_id(i);
      continue;
    }
    same = false;
    if (const auto row = other.vocabulary().find(word)) rows[i] = *row;
  }
  return same ? std::vector<WordId>() : rows;
}

/// "rich, wealthy" as its words; of one that is a word as it is, that.
std::vector<WordId> words_of(const Space& space, const std::string& text) {
  const Vocabulary& vocabulary = space.embeddings().vocabulary();
  std::vector<WordId> words;
  if (const auto whole = vocabulary.find(text)) return {*whole};
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (const std::string_view word = trimmed(std::string_view(text).substr(begin, end - begin)); !word.empty())
      words.push_back(require_word(vocabulary, word, space.source));
    begin = end + 1;
  }
  if (words.empty()) throw Error("an axis goes from words to words: one side is empty");
  return words;
}

Eigen::VectorXf mean_of(const Space& space, const std::vector<WordId>& words) {
  Eigen::VectorXf sum = Eigen::VectorXf::Zero(space.embeddings().dimension());
  for (const WordId word : words) sum += space.index->unit(word);
  return sum / static_cast<float>(words.size());
}

}  // namespace

void require_dimension(const Space& space, Eigen::Index dimension) {
  if (space.embeddings().dimension() != dimension)
    throw Error(space.source + ": has vectors of dimension " + std::to_string(space.embeddings().dimension()) +
                ", the other space of " + std::to_string(dimension) + ": they have nothing in common to be seen in");
}

namespace {

std::string known_spaces(bool with_reference) {
  return std::string("vectors") + (with_reference ? ", reference" : "") + ", or METHOD:SETS, as in hard:gender";
}

std::shared_ptr<const NeighborIndex> index_of(const ExploredVectors& vectors, int threads) {
  const Embeddings embeddings = vectors.embeddings.with_composed_words();
  if (!vectors.graph) return std::make_shared<NearestNeighbors>(embeddings, 0, threads);
  require_metric_of(*vectors.graph, Metric::cosine);
  return std::make_shared<ApproximateNeighbors>(
      embeddings, *vectors.graph, ApproximateOptions{.candidates = vectors.candidates, .threads = threads});
}

}  // namespace

Spaces::Spaces(ExploredVectors vectors, std::optional<ExploredVectors> reference, const ExplorerOptions& options)
    : given_(vectors.embeddings),
      vectors_(std::make_shared<Space>(Space{"vectors", vectors.name, index_of(vectors, options.threads)})),
      drawn_(std::min(options.words, vectors.embeddings.size())),
      seed_(options.seed),
      threads_(options.threads) {
  if (drawn_ < 3) throw Error(vectors.name + ": a map needs three words or more, there are " + std::to_string(drawn_));
  if (!reference) return;
  reference_ = std::make_shared<Space>(
      Space{"reference", reference->name,
            std::make_shared<NearestNeighbors>(reference->embeddings.with_composed_words(), 0, options.threads),
            rows_in(reference->embeddings, vectors.embeddings.vocabulary(), drawn_)});
}

std::shared_ptr<const Space> Spaces::find(const std::string& name, Progress* progress) const {
  if (name == "vectors") return vectors_;
  if (name == "reference" && reference_) return reference_;
  if (name.find(':') == name.npos)
    throw Error("there is no space '" + name + "'; known are " + known_spaces(reference_ != nullptr));
  return debiased(name, progress);
}

std::shared_ptr<const Space> Spaces::debiased(const std::string& name, Progress* progress) const {
  const std::size_t colon = name.find(':');
  const DebiasMethod& method = debias_method(name.substr(0, colon));
  const std::string sets_name = name.substr(colon + 1);
  // Only names that are built in: a page names no files.
  if (std::ranges::find(debias_sets, sets_name) == debias_sets.end())
    throw Error("there are no word sets '" + sets_name + "' to debias with; known are gender, race and religion");
  const std::scoped_lock lock(mutex_);
  if (last_debiased_ && last_debiased_->name == name) return last_debiased_;
  last_debiased_ = nullptr;  // its memory first
  const BiasWordSets sets = read_word_sets(sets_name);
  DebiasOptions options;
  options.sets_name = sets_name;
  options.seed = seed_;
  options.threads = threads_;
  Debiased result = debias(method, given_, sets, options, progress);
  auto index = std::make_shared<NearestNeighbors>(result.embeddings, 0, threads_);
  last_debiased_ = std::make_shared<Space>(Space{.name = name,
                                                 .source = vectors_->source + ", " + name,
                                                 .index = std::move(index),
                                                 .debiased = std::move(result),
                                                 .sets = sets});
  return last_debiased_;
}

Eigen::VectorXf axis_between(const Space& space, const std::string& from, const std::string& to) {
  const Eigen::VectorXf axis = mean_of(space, words_of(space, to)) - mean_of(space, words_of(space, from));
  if (!axis.allFinite() || axis.norm() < 1e-6f)
    throw Error("'" + from + "' and '" + to + "' have the same direction, so that there is none from one to the other");
  return axis.normalized();
}

std::vector<float> cosines_with(const Space& space, std::size_t drawn, const Eigen::VectorXf& axis, int threads,
                                const Progress* progress) {
  require_dimension(space, axis.size());
  std::vector<float> cosines(drawn, none);
  parallel_ranges(drawn, 4096, threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(progress);
    for (std::size_t word = begin; word < end; ++word) {
      const std::optional<WordId> row = space.row(word);
      if (!row) continue;
      const auto vector = column(space.embeddings()[*row]);
      const float cosine = vector.dot(axis) / vector.norm();  // a zero vector gives no number
      if (std::isfinite(cosine)) cosines[word] = std::clamp(cosine, -1.0f, 1.0f);
    }
  });
  return cosines;
}

std::vector<Neighbor> moved_words(const Space& before, const Space& after, std::size_t drawn, std::size_t count,
                                  int threads, const Progress* progress) {
  require_dimension(after, before.embeddings().dimension());
  std::vector<float> cosines(drawn, none);
  parallel_ranges(drawn, 4096, threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(progress);
    for (std::size_t word = begin; word < end; ++word) {
      const std::optional<WordId> first = before.row(word), second = after.row(word);
      if (!first || !second) continue;
      const auto a = column(before.embeddings()[*first]), b = column(after.embeddings()[*second]);
      cosines[word] = a.dot(b) / (a.norm() * b.norm());
    }
  });
  std::vector<Neighbor> moved;
  for (std::size_t word = 0; word < drawn; ++word)
    if (std::isfinite(cosines[word])) moved.push_back({word_id(word), std::clamp(cosines[word], -1.0f, 1.0f)});
  const auto kept = moved.begin() + static_cast<std::ptrdiff_t>(std::min(count, moved.size()));
  std::ranges::partial_sort(moved, kept, {}, [](const Neighbor& one) { return std::pair(one.similarity, one.word); });
  moved.erase(kept, moved.end());
  return moved;
}

}  // namespace equivec

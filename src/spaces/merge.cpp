#include "equivec/spaces/merge.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/required_conditions.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"
#include "src/math/moments.hpp"
#include "src/math/singular_directions.hpp"
#include "src/spaces/linear_map.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <utility>

namespace equivec {

namespace {

constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();
// What computing in double leaves, with much room.
constexpr double merge_rounding = 1e-9;

double weight_of_space(const MergeOptions& options, std::size_t space) {
  return options.weights.empty() ? 1 : options.weights[space];
}

/// The rows that a space has for words; no_row for those that it lacks. Words composed of n-grams have no row.
std::vector<std::uint32_t> rows_of_words(const Embeddings& space, std::span<const std::string_view> words) {
  const auto found = space.vocabulary().with_further(nullptr).find(words);
  std::vector<std::uint32_t> rows;
  rows.reserve(found.size());
  for (const auto& id : found) rows.push_back(id ? static_cast<std::uint32_t>(index(*id)) : no_row);
  return rows;
}

std::vector<std::string_view> words_of_rows(const Embeddings& space, std::size_t first, std::size_t count) {
  std::vector<std::string_view> words;
  words.reserve(count);
  for (std::size_t i = first; i < first + count; ++i) words.push_back(space.vocabulary().word(word_id(i)));
  return words;
}

/// The words of the result, and the row that each space has for each.
struct JoinedWords {
  std::vector<Vocabulary::Entry> entries;
  std::vector<std::vector<std::uint32_t>> rows;  // by space
  std::size_t in_all = 0;
};

JoinedWords joined_words(std::span<const NamedSpace> spaces, MergedWords choice) {
  JoinedWords joined;
  joined.rows.resize(spaces.size());
  const std::size_t sources = choice == MergedWords::any ? spaces.size() : 1;
  for (std::size_t source = 0; source < sources; ++source) {
    const Embeddings& space = spaces[source].embeddings;
    const std::vector<std::string_view> words = words_of_rows(space, 0, space.size());
    std::vector<std::vector<std::uint32_t>> found;
    for (const NamedSpace& other : spaces) found.push_back(rows_of_words(other.embeddings, words));
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto has = [&](std::size_t k) { return found[k][i] != no_row; };
      bool seen = false, everywhere = true;
      std::uint64_t count = 0;
      for (std::size_t k = 0; k < spaces.size(); ++k) {
        seen = seen || (k < source && has(k));
        everywhere = everywhere && has(k);
        if (has(k)) count += spaces[k].embeddings.vocabulary().count(word_id(found[k][i]));
      }
      joined.in_all += source == 0 && everywhere;
      if (seen || (choice == MergedWords::all && !everywhere)) continue;
      joined.entries.push_back({std::string(words[i]), count});
      for (std::size_t k = 0; k < spaces.size(); ++k) joined.rows[k].push_back(found[k][i]);
    }
  }
  return joined;
}

/// Rows of the result, from those of the spaces.
class MergedRows {
 public:
  MergedRows(std::span<const NamedSpace> spaces, const std::vector<std::vector<std::uint32_t>>& rows,
             const MergeOptions& options)
      : spaces_(spaces), rows_(rows), options_(options) {}

  Eigen::Index rows() const { return static_cast<Eigen::Index>(rows_.front().size()); }

  /// Of the concatenation.
  Eigen::Index width() const {
    Eigen::Index sum = 0;
    for (const NamedSpace& space : spaces_) sum += space.embeddings.dimension();
    return sum;
  }

  /// Of the concatenation: each is what the weights of the spaces that have the word make it.
  double squared_lengths() const {
    double sum = 0;
    for (std::size_t k = 0; k < spaces_.size(); ++k)
      for (const std::uint32_t row : rows_[k])
        if (row != no_row && !column(spaces_[k].embeddings[word_id(row)]).isZero(0))
          sum += weight_of_space(options_, k) * weight_of_space(options_, k);
    return sum;
  }

  Eigen::MatrixXd concatenated(Eigen::Index first, Eigen::Index height) const {
    Eigen::Index begin = 0;
    Eigen::MatrixXd block(height, width());
    for (std::size_t k = 0; k < spaces_.size(); ++k) {
      const Eigen::Index dimension = spaces_[k].embeddings.dimension();
      block.middleCols(begin, dimension) = weight_of_space(options_, k) * units(k, first, height);
      begin += dimension;
    }
    return block;
  }

  Eigen::MatrixXd average(Eigen::Index first, Eigen::Index height, std::span<const Eigen::MatrixXd> maps) const {
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(height, maps.front().cols());
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(height);
    for (std::size_t k = 0; k < spaces_.size(); ++k) {
      const double weight = weight_of_space(options_, k);
      const Eigen::MatrixXd block = units(k, first, height);
      sum += product(block, maps[k], weight);
      for (Eigen::Index i = 0; i < height; ++i)
        if (!block.row(i).isZero(0)) weights[i] += weight;
    }
    for (Eigen::Index i = 0; i < height; ++i)
      if (weights[i] > 0) sum.row(i) /= weights[i];
    return sum;
  }

 private:
  /// Of length 1, or zeros where the space has none.
  Eigen::MatrixXd units(std::size_t space, Eigen::Index first, Eigen::Index height) const {
    const Embeddings& embeddings = spaces_[space].embeddings;
    Eigen::MatrixXd block = Eigen::MatrixXd::Zero(height, embeddings.dimension());
    for (Eigen::Index i = 0; i < height; ++i)
      if (const std::uint32_t row = rows_[space][static_cast<std::size_t>(first + i)]; row != no_row)
        block.row(i) = unit_vector(embeddings[word_id(row)]).transpose();
    return block;
  }

  std::span<const NamedSpace> spaces_;
  const std::vector<std::vector<std::uint32_t>>& rows_;
  const MergeOptions& options_;
};

/// A matrix of blocks of rows, rounded to 32 bits.
Matrix rows_from_blocks(Eigen::Index rows, Eigen::Index dimension, int threads, const RowBlock& block) {
  Matrix result(rows, dimension);
  for_row_blocks(rows, threads, [&](Eigen::Index first, Eigen::Index height) {
    result.middleRows(first, height) = block(first, height).cast<float>();
  });
  return result;
}

// ---- average: the further spaces are turned onto the first ----

/// With zeros at the end of each vector, and without n-grams.
Embeddings lengthened(const Embeddings& space, int dimension) {
  if (space.dimension() == dimension) return space.with_subwords(std::nullopt);
  Matrix rows = Matrix::Zero(static_cast<Eigen::Index>(space.size()), dimension);
  rows.leftCols(space.dimension()) = space.matrix();
  return space.with_subwords(std::nullopt).with_vectors(std::move(rows));
}

void turn_spaces(std::span<const NamedSpace> spaces, const MergeOptions& options, const Reporting& reporting,
                 Merged& result) {
  int dimension = 0;
  for (const NamedSpace& space : spaces) dimension = std::max(dimension, space.embeddings.dimension());
  const Embeddings first = lengthened(spaces[0].embeddings, dimension);
  result.maps.push_back(Eigen::MatrixXd::Identity(spaces[0].embeddings.dimension(), dimension));
  for (std::size_t k = 1; k < spaces.size(); ++k) {
    const auto stage = reporting.begin("aligning", "");
    const Embeddings space = lengthened(spaces[k].embeddings, dimension);
    const std::vector<TranslationPair> pairs = shared_words(space, first, options.shared);
    if (pairs.empty())
      throw Error(spaces[k].name + " and " + spaces[0].name +
                  " share no word by which the one could be turned onto the other");
    const Reporting named{reporting.progress, {}, [&](const std::string& sentence) {
                            reporting.notice(spaces[k].name + ": " + sentence);
                          }};
    const Aligned aligned = align(space, first, pairs, {.threads = options.threads}, named);
    result.maps.push_back(aligned.map.topRows(spaces[k].embeddings.dimension()));
    result.spaces[k].pairs = aligned.pairs.size();
    result.spaces[k].cosine_before = aligned.cosine_before;
    result.spaces[k].cosine_after = aligned.cosine_after;
    // Of the map alone: no vector of these is written.
    std::vector<PostCondition> proved = verify_least(space, first, aligned.pairs, aligned.map);
    proved.insert(proved.begin(), verify_orthogonal(aligned.map));
    for (const PostCondition& condition : proved)
      result.conditions.push_back({spaces[k].name + ": " + condition.promise, condition.worst, condition.bound});
  }
}

// ---- proofs ----

/// The formula once more, word by word, of words that are looked up by name.
Eigen::MatrixXd expected_rows(std::span<const NamedSpace> spaces, const Embeddings& merged,
                              std::span<const Eigen::MatrixXd> maps, const MergeOptions& options, Eigen::Index first,
                              Eigen::Index height) {
  const std::vector<std::string_view> words =
      words_of_rows(merged, static_cast<std::size_t>(first), static_cast<std::size_t>(height));
  const bool mean = options.method == MergeMethod::average;
  std::vector<Eigen::MatrixXd> parts;
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(height);
  for (std::size_t k = 0; k < spaces.size(); ++k) {
    const Embeddings& space = spaces[k].embeddings;
    const auto ids = space.vocabulary().with_further(nullptr).find(words);
    parts.emplace_back(Eigen::MatrixXd::Zero(height, space.dimension()));
    for (Eigen::Index i = 0; i < height; ++i) {
      const auto& id = ids[static_cast<std::size_t>(i)];
      if (!id) continue;
      const Eigen::VectorXd row = column(space[*id]).cast<double>();
      if (!(row.norm() > 0)) continue;
      parts.back().row(i) = (weight_of_space(options, k) / row.norm() * row).transpose();
      weights[i] += weight_of_space(options, k);
    }
  }
  if (mean) {
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(height, merged.dimension());
    for (std::size_t k = 0; k < spaces.size(); ++k) sum += product(parts[k], maps[k]);
    return weights.cwiseMax(std::numeric_limits<double>::min()).cwiseInverse().asDiagonal() * sum;
  }
  Eigen::Index width = 0, begin = 0;
  for (const Eigen::MatrixXd& part : parts) width += part.cols();
  Eigen::MatrixXd joined(height, width);
  for (const Eigen::MatrixXd& part : parts) {
    joined.middleCols(begin, part.cols()) = part;
    begin += part.cols();
  }
  return options.method == MergeMethod::svd ? product(joined, maps[0]) : joined;
}

PostCondition words_condition(std::span<const NamedSpace> spaces, const Embeddings& merged, MergedWords choice) {
  std::vector<std::size_t> holders(merged.size());  // spaces that have the word
  std::size_t wrong = 0;
  for (const NamedSpace& space : spaces) {
    const Embeddings& from = space.embeddings;
    const std::vector<std::uint32_t> rows = rows_of_words(merged, words_of_rows(from, 0, from.size()));
    for (const std::uint32_t row : rows)
      if (row != no_row)
        ++holders[row];
      else
        wrong += choice == MergedWords::any;
  }
  const std::size_t least = choice == MergedWords::any ? 1 : spaces.size();
  for (const std::size_t count : holders) wrong += count < least;
  if (choice == MergedWords::any)
    return {"every word that a space has is there, and no other (so many are wrong)", static_cast<double>(wrong), 0};
  const Embeddings& first = spaces[0].embeddings;
  std::vector<bool> everywhere(first.size(), true);
  const std::vector<std::string_view> words = words_of_rows(first, 0, first.size());
  const std::vector<std::uint32_t> there = rows_of_words(merged, words);
  for (const NamedSpace& space : spaces) {
    const std::vector<std::uint32_t> rows = rows_of_words(space.embeddings, words);
    for (std::size_t i = 0; i < rows.size(); ++i) everywhere[i] = everywhere[i] && rows[i] != no_row;
  }
  for (std::size_t i = 0; i < words.size(); ++i) wrong += everywhere[i] && there[i] == no_row;
  return {"every word that all spaces have is there, and no other (so many are wrong)", static_cast<double>(wrong), 0};
}

/// The sum of x x' over rows.
Eigen::MatrixXd moments_about_zero(Eigen::Index rows, Eigen::Index dimension, const RowBlock& block, int threads,
                                   const Progress* progress) {
  const Moments moments = moments_of(rows, dimension, block, threads, progress);
  return moments.scatter + moments.count * moments.mean * moments.mean.transpose();
}

std::vector<PostCondition> svd_conditions(std::span<const NamedSpace> spaces, const Embeddings& merged,
                                          const Eigen::MatrixXd& directions, const MergeOptions& options,
                                          const Progress* progress) {
  const auto rows = static_cast<Eigen::Index>(merged.size());
  MergeOptions joined = options;
  joined.method = MergeMethod::concatenate;
  const Eigen::MatrixXd all = moments_about_zero(
      rows, directions.rows(),
      [&](Eigen::Index first, Eigen::Index height) { return expected_rows(spaces, merged, {}, joined, first, height); },
      options.threads, progress);
  const Eigen::MatrixXd kept = moments_about_zero(
      rows, directions.cols(),
      [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
        return merged.matrix().middleRows(first, height).cast<double>();
      },
      options.threads, progress);
  const Eigen::MatrixXd skew =
      transposed_product(directions, directions) - Eigen::MatrixXd::Identity(directions.cols(), directions.cols());
  const double total = all.trace();
  if (!(total > 0)) return {};
  const Eigen::MatrixXd mixed = kept - Eigen::MatrixXd(kept.diagonal().asDiagonal());
  const double most = eigenvalues(all).tail(directions.cols()).sum();
  return {{"the directions are orthonormal (inner products)", skew.cwiseAbs().maxCoeff(), 1e-11},
          {"no two coordinates go together (sum of their products, as a share of all squared lengths)",
           mixed.cwiseAbs().maxCoeff() / total, 2 * float_rounding + merge_rounding},
          {"no other directions keep more (as a share of all squared lengths)", (most - kept.trace()) / total,
           2 * float_rounding + merge_rounding}};
}

// ---- what is told ----

Metadata merged_metadata(std::span<const NamedSpace> spaces, const MergeOptions& options) {
  Metadata metadata = spaces[0].embeddings.metadata();
  for (const NamedSpace& space : spaces.subspan(1))
    std::erase_if(metadata, [&](const auto& entry) {
      const auto found = space.embeddings.metadata().find(entry.first);
      return found == space.embeddings.metadata().end() || found->second != entry.second;
    });
  std::string done = "equivec " EQUIVEC_VERSION " merge";
  for (const NamedSpace& space : spaces) done += " " + (space.name.empty() ? "a space" : space.name);
  done += ", method " + std::string(name_of(options.method)) + ", words " + std::string(name_of(options.words));
  if (options.method == MergeMethod::svd) done += ", dimension " + std::to_string(options.dimension);
  if (options.method == MergeMethod::average) done += ", shared " + std::to_string(options.shared);
  for (std::size_t k = 0; k < options.weights.size(); ++k)
    done += (k == 0 ? ", weights " : " ") + shortest(options.weights[k]);
  metadata["merged"] = done;
  return metadata;
}

void require_spaces(std::span<const NamedSpace> spaces, const MergeOptions& options) {
  if (spaces.size() < 2) throw OptionError("merge needs two spaces or more, got " + std::to_string(spaces.size()));
  if (!options.weights.empty() && options.weights.size() != spaces.size())
    throw OptionError("weights: expected one for each of " + std::to_string(spaces.size()) + " spaces, got " +
                      std::to_string(options.weights.size()));
  std::int64_t width = 0;
  for (const NamedSpace& space : spaces) width += space.embeddings.dimension();
  if (options.method == MergeMethod::svd && options.dimension > width)
    throw OptionError("dimension: the spaces have " + std::to_string(width) +
                      " dimensions together, svd can keep 1 to " + std::to_string(width) + ", got " +
                      std::to_string(options.dimension));
}

/// The rows of the result by the method; fills in how the spaces were turned.
Matrix rows_by_method(std::span<const NamedSpace> spaces, const MergedRows& rows, const MergeOptions& options,
                      const Reporting& reporting, Merged& merged) {
  const RowBlock joined = [&](Eigen::Index first, Eigen::Index height) { return rows.concatenated(first, height); };
  const Eigen::Index width = rows.width();
  if (options.method == MergeMethod::concatenate) return rows_from_blocks(rows.rows(), width, options.threads, joined);
  if (options.method == MergeMethod::average) {
    turn_spaces(spaces, options, reporting, merged);
    return rows_from_blocks(
        rows.rows(), merged.maps[0].cols(), options.threads,
        [&](Eigen::Index first, Eigen::Index height) { return rows.average(first, height, merged.maps); });
  }
  merged.maps.push_back(
      right_singular_vectors(rows.rows(), width, joined, options.dimension, options.threads, reporting.progress));
  Matrix result =
      rows_from_blocks(rows.rows(), options.dimension, options.threads, [&](Eigen::Index first, Eigen::Index height) {
        return product(rows.concatenated(first, height), merged.maps[0]);
      });
  const double all = rows.squared_lengths();
  double kept = 0;
  for (Eigen::Index i = 0; i < result.rows(); ++i) kept += result.row(i).cast<double>().squaredNorm();
  merged.captured = all > 0 ? kept / all : 1;
  return result;
}

void merge_within_threads(std::span<const NamedSpace> spaces, const MergeOptions& options, const Reporting& reporting,
                          std::optional<Merged>& merged) {
  const CancelScope scope(reporting.progress);
  for (const NamedSpace& space : spaces)
    require_finite(space.name, space.embeddings.vocabulary(), space.embeddings.matrix(), options.threads);
  const JoinedWords words = joined_words(spaces, options.words);
  if (words.entries.empty()) throw Error("no word is in all spaces; --words any takes words of any");
  merged.emplace(Merged{spaces[0].embeddings, {}, words.in_all, {}, {}, {}});
  for (std::size_t k = 0; k < spaces.size(); ++k) {
    const Embeddings& space = spaces[k].embeddings;
    merged->spaces.push_back({spaces[k].name, space.size(), space.dimension(), weight_of_space(options, k)});
    merged->lost_ngrams = merged->lost_ngrams || space.subwords() != nullptr;
  }
  const MergedRows rows(spaces, words.rows, options);
  merged->embeddings = Embeddings(Vocabulary(words.entries), rows_by_method(spaces, rows, options, reporting, *merged),
                                  merged_metadata(spaces, options));
  for (PostCondition& condition : verify_merge(spaces, merged->embeddings, merged->maps, options, reporting.progress))
    merged->conditions.push_back(std::move(condition));
}

}  // namespace

std::string_view name_of(MergeMethod method) {
  return method == MergeMethod::concatenate ? "concatenate" : method == MergeMethod::average ? "average" : "svd";
}

std::string_view name_of(MergedWords words) { return words == MergedWords::any ? "any" : "all"; }

void validate(const MergeOptions& options) {
  require_between("threads", options.threads, 0, 4096);
  for (const double weight : options.weights) require_between("weights", weight, 1e-6, 1000);
  if (options.method == MergeMethod::svd)
    require_at_least("dimension", options.dimension, 1);
  else if (options.dimension != 0)
    throw OptionError("dimension is for svd; " + std::string(name_of(options.method)) + " has that of the spaces");
}

Merged merge(std::span<const NamedSpace> spaces, const MergeOptions& options, const Reporting& reporting) {
  validate(options);
  require_spaces(spaces, options);
  std::optional<Merged> merged;
  within_threads(options.threads, [&] { merge_within_threads(spaces, options, reporting, merged); });
  require_conditions("merge", merged->conditions);
  return std::move(*merged);
}

std::vector<PostCondition> verify_merge(std::span<const NamedSpace> spaces, const Embeddings& merged,
                                        std::span<const Eigen::MatrixXd> maps, const MergeOptions& options,
                                        const Progress* progress) {
  std::vector<PostCondition> conditions = {words_condition(spaces, merged, options.words)};
  double worst = 0;
  std::mutex mutex;
  for_row_blocks(static_cast<Eigen::Index>(merged.size()), options.threads,
                 [&](Eigen::Index first, Eigen::Index height) {
                   check_cancelled(progress);
                   const Eigen::MatrixXd expected = expected_rows(spaces, merged, maps, options, first, height);
                   if (expected.cols() != merged.dimension()) throw Error("merged vectors have another dimension");
                   double own = 0;
                   for (Eigen::Index i = 0; i < height; ++i) {
                     const double length = expected.row(i).norm();
                     const double off = (merged.matrix().row(first + i).cast<double>() - expected.row(i)).norm();
                     // What almost cancels has the precision of the unit vectors that were added.
                     const double share = off == 0 ? 0 : off / std::max(length, 1e-6);
                     own = std::isnan(share) ? std::numeric_limits<double>::infinity() : std::max(own, share);
                   }
                   const std::scoped_lock lock(mutex);
                   worst = std::max(worst, own);
                 });
  conditions.push_back({"every vector is what the method makes of the word's vectors, as a share of its length", worst,
                        float_rounding + merge_rounding});
  if (options.method == MergeMethod::svd)
    for (PostCondition& condition : svd_conditions(spaces, merged, maps[0], options, progress))
      conditions.push_back(std::move(condition));
  return conditions;
}

}  // namespace equivec

#include "equivec/evaluate/similarities.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/evaluate/word_lookup.hpp"
#include "src/files/delimited.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace equivec {

namespace {

/// The mean of the first rows, except those that are not finite. The order of summation does not depend on the threads.
Eigen::VectorXf mean_row(const Embeddings& embeddings, std::size_t rows, int threads) {
  constexpr std::size_t block_rows = 4096;
  const std::size_t blocks = (rows + block_rows - 1) / block_rows;
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(embeddings.dimension(), static_cast<Eigen::Index>(blocks));
  std::vector<std::size_t> counts(blocks);
  parallel_for(blocks, threads, [&](std::size_t block) {
    for (std::size_t row = block * block_rows; row < std::min((block + 1) * block_rows, rows); ++row) {
      const auto vector = column(embeddings[word_id(row)]);
      if (!vector.allFinite()) continue;
      sums.col(static_cast<Eigen::Index>(block)) += vector.cast<double>();
      ++counts[block];
    }
  });
  std::size_t count = 0;
  for (const std::size_t each : counts) count += each;
  return (sums.rowwise().sum() / static_cast<double>(std::max<std::size_t>(count, 1))).cast<float>();
}

SimilarityResult::Score score(MissingRule rule, const std::vector<double>& people, const std::vector<double>& cosines,
                              const BootstrapOptions& bootstrap) {
  return {.rule = rule,
          .pairs = people.size(),
          .spearman = spearman(people, cosines),
          .pearson = pearson(people, cosines),
          .spearman_interval = correlation_interval(Correlation::spearman, people, cosines, bootstrap),
          .pearson_interval = correlation_interval(Correlation::pearson, people, cosines, bootstrap)};
}

}  // namespace

SimilaritySet read_similarities(const std::filesystem::path& file) {
  SimilaritySet set{.name = set_name(file), .pairs = {}};
  bool heading_allowed = true, numbered = false;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, separator_of(line, separators));
    const bool heading = std::exchange(heading_allowed, false);
    if (heading) numbered = fields.size() > 3 && fields.front().empty();
    if (numbered) fields.erase(fields.begin());
    std::erase(fields, "");
    std::optional<double> score;
    for (std::size_t i = 2; i < fields.size() && !score; ++i) score = parse_number<double>(fields[i]);
    if (!score || !std::isfinite(*score)) {
      if (heading) return;
      throw Error(place(file, number) + "expected two words and a number, found " +
                  (fields.size() > 2 ? "'" + fields[2] + "'" : std::to_string(fields.size()) + " fields"));
    }
    set.pairs.push_back({fields[0], fields[1], *score});
  });
  if (set.pairs.empty()) throw Error(file.string() + ": holds no pair (two words and a number a line)");
  return set;
}

std::string_view name_of(MissingRule rule) {
  return rule == MissingRule::drop ? "drop" : rule == MissingRule::zero ? "zero" : "mean-vector";
}

SimilarityResult evaluate(const Embeddings& embeddings, const SimilaritySet& set, const EvaluateOptions& options) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings, options.restrict, options.fold_case);
  SimilarityResult result;
  result.name = set.name;
  std::vector<double> known_people, known_cosines, with_mean, with_zero;
  std::optional<Eigen::VectorXf> mean;
  for (const SimilaritySet::Pair& pair : set.pairs) {
    const auto first = lookup.find(pair.first), second = lookup.find(pair.second);
    result.people.push_back(pair.score);
    if (first && second) {
      const double similarity = cosine(embeddings[*first], embeddings[*second]);
      ++result.known;
      result.cosines.push_back(similarity);
      with_mean.push_back(similarity);
      with_zero.push_back(similarity);
      known_people.push_back(pair.score);
      known_cosines.push_back(similarity);
      continue;
    }
    ++result.missing;
    result.cosines.push_back(std::numeric_limits<double>::quiet_NaN());
    if (!mean) mean = mean_row(embeddings, lookup.size(), options.threads);
    const std::span<const float> stand_in(mean->data(), static_cast<std::size_t>(mean->size()));
    with_mean.push_back(cosine(first ? embeddings[*first] : stand_in, second ? embeddings[*second] : stand_in));
    with_zero.push_back(0);
  }
  result.scores.push_back(score(MissingRule::drop, known_people, known_cosines, options.bootstrap));
  if (result.missing == 0) {
    // The rules agree if no word is missing.
    for (const MissingRule rule : {MissingRule::mean_vector, MissingRule::zero}) {
      result.scores.push_back(result.scores.front());
      result.scores.back().rule = rule;
    }
  } else {
    result.scores.push_back(score(MissingRule::mean_vector, result.people, with_mean, options.bootstrap));
    result.scores.push_back(score(MissingRule::zero, result.people, with_zero, options.bootstrap));
  }
  return result;
}

std::optional<Difference> compare(const SimilarityResult& first, const SimilarityResult& second, Correlation kind,
                                  const BootstrapOptions& options) {
  require_same_size(first.people.size(), second.people.size());
  std::vector<double> people, a, b;
  for (std::size_t i = 0; i < first.people.size(); ++i) {
    if (std::isnan(first.cosines[i]) || std::isnan(second.cosines[i])) continue;
    people.push_back(first.people[i]);
    a.push_back(first.cosines[i]);
    b.push_back(second.cosines[i]);
  }
  return compare_correlations(kind, people, a, b, options);
}

}  // namespace equivec

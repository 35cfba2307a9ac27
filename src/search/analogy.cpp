#include "equivec/search/analogy.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/logistic_regression.hpp"
#include "src/search/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace equivec {

namespace {

using ExactVector = Eigen::VectorXd;

/// Vectors of a search are named by what they are made of: words by their numbers, and what a question has of its own
/// by the question's number behind those.
class Questions {
 public:
  Questions(const NeighborIndex& index, std::span<const Analogy> questions, const AnalogyOptions& options)
      : index_(index), questions_(questions), options_(options), excluded_(questions.size()) {
    if (takes_pairs(options.method)) own_.resize(questions.size());
    if (options.method != AnalogyMethod::logistic) return;
    std::size_t most = 0;
    for (const Analogy& question : questions) most = std::max(most, question.pairs.size());
    Rng rng(options.seed);
    for (std::size_t i = 0; i < most && index.size() > 0; ++i)
      others_.push_back(word_id(rng.below(static_cast<std::uint32_t>(index.size()))));
  }

  Scoring scoring() const {
    switch (options_.method) {
      case AnalogyMethod::cos_add:
        return Scoring::offset;
      case AnalogyMethod::cos_mul:
        return Scoring::ratio;
      case AnalogyMethod::pair_direction:
        return Scoring::direction;
      case AnalogyMethod::squared_difference:
        return Scoring::offset_distance;
      case AnalogyMethod::cos_average:
        return Scoring::cosine;
      case AnalogyMethod::logistic:
        return Scoring::probability;
    }
    return Scoring::cosine;
  }

  SearchQuery describe(std::size_t number) {
    const Analogy& question = questions_[number];
    const bool several = takes_pairs(options_.method);
    if (several ? question.pairs.empty() : question.pairs.size() != 1)
      throw Error("a question for " + std::string(name_of(options_.method)) + " has " +
                  std::to_string(question.pairs.size()) + " pairs, expected " + (several ? "some" : "one"));
    const auto [a, b] = question.pairs.front();
    std::vector<WordId>& excluded = excluded_[number];
    excluded = question.exclude;
    if (!options_.include_query) {
      excluded.push_back(question.c);
      // Pairs may share their answers.
      if (!several) excluded.insert(excluded.end(), {a, b});
    }
    const std::uint64_t of_its_own = first_of_its_own + number;
    SearchQuery query{.vectors = {index(b), index(a), index(question.c)}, .exclude = excluded};
    switch (options_.method) {
      case AnalogyMethod::cos_add:
        query.answerable = !(unit(b) - unit(a) + unit(question.c)).isZero(0);
        break;
      case AnalogyMethod::cos_mul:
        query.constant = options_.epsilon;
        break;
      case AnalogyMethod::pair_direction:
        query.constant = (unit(b) - unit(a)).dot(unit(question.c));
        query.answerable = !(unit(b) - unit(a)).isZero(0);
        break;
      case AnalogyMethod::squared_difference:
        query.answerable = (row(b) - row(a) + row(question.c)).allFinite();
        break;
      case AnalogyMethod::cos_average:
        own_[number] = average_target(question);
        query.answerable = !own_[number].isZero(0);
        query.vectors[0] = of_its_own;
        break;
      case AnalogyMethod::logistic: {
        LogisticModel model = fit_class(question);
        own_[number] = std::move(model.weights);
        query.constant = model.intercept;
        query.vectors[0] = query.vectors[1] = of_its_own;
        break;
      }
    }
    return query;
  }

  void fill(std::uint64_t name, std::span<double> numbers) const {
    Eigen::Map<ExactVector> vector(numbers.data(), static_cast<Eigen::Index>(numbers.size()));
    if (name >= first_of_its_own)
      vector = own_[name - first_of_its_own];
    else if (options_.method == AnalogyMethod::squared_difference)
      vector = row(word_id(name));
    else
      vector = unit(word_id(name));
  }

  /// The vector whose neighbours are the answers.
  Eigen::VectorXf target(const SearchQuery& query) const {
    const auto vector = [&](std::size_t which) {
      ExactVector result(index_.embeddings().dimension());
      fill(query.vectors[which], {result.data(), static_cast<std::size_t>(result.size())});
      return result;
    };
    const ExactVector exact =
        options_.method == AnalogyMethod::cos_average ? vector(0) : vector(0) - vector(1) + vector(2);
    return exact.cast<float>();
  }

 private:
  static constexpr std::uint64_t first_of_its_own = std::uint64_t{1} << 32;  // below are ids of words

  ExactVector row(WordId word) const { return column(index_.embeddings().vector_of(word)).cast<double>(); }
  ExactVector unit(WordId word) const { return unit_vector(index_.embeddings().vector_of(word)); }

  ExactVector average_target(const Analogy& question) const {
    ExactVector offsets = ExactVector::Zero(index_.embeddings().dimension());
    for (const Analogy::Pair& pair : question.pairs) offsets += unit(pair.b) - unit(pair.a);
    return (unit(question.c) + offsets / static_cast<double>(question.pairs.size())).normalized();
  }

  LogisticModel fit_class(const Analogy& question) const {
    const auto pairs = static_cast<Eigen::Index>(question.pairs.size());
    Eigen::MatrixXd examples(3 * pairs, index_.embeddings().dimension());
    for (Eigen::Index i = 0; i < pairs; ++i) {
      const auto& [a, b] = question.pairs[static_cast<std::size_t>(i)];
      examples.row(i) = unit(b);
      examples.row(pairs + i) = unit(a);
      examples.row(2 * pairs + i) = unit(others_[static_cast<std::size_t>(i)]);
    }
    ExactVector labels = ExactVector::Zero(3 * pairs), importances = ExactVector::Constant(3 * pairs, 0.75);
    labels.head(pairs).setOnes();
    importances.head(pairs).setConstant(1.5);
    return fit_logistic(examples, labels, importances, 1);
  }

  const NeighborIndex& index_;
  std::span<const Analogy> questions_;
  const AnalogyOptions& options_;
  std::vector<std::vector<WordId>> excluded_;  // of each question
  std::vector<ExactVector> own_;               // vectors
  std::vector<WordId> others_;
};

void require_metric(const NeighborIndex& index, AnalogyMethod method) {
  if (index.metric() != metric_of(method))
    throw Error(std::string(name_of(method)) + " searches by " + std::string(name_of(metric_of(method))) +
                ", the index by " + std::string(name_of(index.metric())));
}

}  // namespace

std::string_view name_of(AnalogyMethod method) {
  switch (method) {
    case AnalogyMethod::cos_add:
      return "3cosadd";
    case AnalogyMethod::cos_mul:
      return "3cosmul";
    case AnalogyMethod::pair_direction:
      return "pair-direction";
    case AnalogyMethod::squared_difference:
      return "squared-difference";
    case AnalogyMethod::cos_average:
      return "3cosavg";
    case AnalogyMethod::logistic:
      return "lrcos";
  }
  return "";
}

Metric metric_of(AnalogyMethod method) {
  return method == AnalogyMethod::squared_difference ? Metric::euclidean : Metric::cosine;
}

bool takes_pairs(AnalogyMethod method) {
  return method == AnalogyMethod::cos_average || method == AnalogyMethod::logistic;
}

void validate(const AnalogyOptions& options) { require_between("epsilon", options.epsilon, 1e-9, 1.0); }

std::vector<std::vector<Neighbor>> solve(const NearestNeighbors& index, std::span<const Analogy> analogies,
                                         std::size_t count, const AnalogyOptions& options, Progress* progress) {
  validate(options);
  require_metric(index, options.method);
  Questions questions(index, analogies, options);
  return search(SearchAccess::rows(index), questions.scoring(),
                {analogies.size(), [&](std::size_t number) { return questions.describe(number); },
                 [&](std::uint64_t name, std::span<double> numbers) { questions.fill(name, numbers); }},
                {.count = count}, SearchAccess::threads(index), progress);
}

bool is_near_to_one_vector(AnalogyMethod method) {
  return method == AnalogyMethod::cos_add || method == AnalogyMethod::cos_average ||
         method == AnalogyMethod::squared_difference;
}

void require_near_to_one_vector(AnalogyMethod method) {
  if (!is_near_to_one_vector(method))
    throw OptionError("method: " + std::string(name_of(method)) +
                      " compares all words; an index answers 3cosadd, 3cosavg and squared-difference");
}

std::vector<std::vector<Neighbor>> solve(const NeighborIndex& index, std::span<const Analogy> analogies,
                                         std::size_t count, const AnalogyOptions& options, Progress* progress) {
  if (const auto* const exact = dynamic_cast<const NearestNeighbors*>(&index))
    return solve(*exact, analogies, count, options, progress);
  validate(options);
  require_near_to_one_vector(options.method);
  require_metric(index, options.method);
  Questions questions(index, analogies, options);
  std::vector<Eigen::VectorXf> targets;
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < analogies.size(); ++i) {
    check_cancelled(progress);
    const SearchQuery described = questions.describe(i);
    Eigen::VectorXf& vector = targets.emplace_back(questions.target(described));
    if (!described.answerable) vector.setConstant(std::numeric_limits<float>::quiet_NaN());
    queries.push_back({{vector.data(), static_cast<std::size_t>(vector.size())}, described.exclude});
  }
  std::vector<std::vector<Neighbor>> answers = index.find(queries, {.count = count}, progress);
  if (options.method == AnalogyMethod::squared_difference)
    for (auto& found : answers)
      for (Neighbor& neighbor : found) neighbor.similarity *= std::abs(neighbor.similarity);
  return answers;
}

}  // namespace equivec

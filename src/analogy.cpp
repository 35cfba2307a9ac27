#include "equivec/analogy.hpp"

#include "equivec/rng.hpp"
#include "src/logistic_regression.hpp"
#include "src/search.hpp"

#include <algorithm>

namespace equivec {

namespace {

using ExactVector = Eigen::VectorXd;

class Questions {
 public:
  Questions(const NearestNeighbors& index, std::span<const Analogy> questions, const AnalogyOptions& options)
      : index_(index), questions_(questions), options_(options) {
    if (options.method != AnalogyMethod::logistic) return;
    std::size_t most = 0;
    for (const Analogy& question : questions) most = std::max(most, question.pairs.size());
    Rng rng(options.seed);
    for (std::size_t i = 0; i < most && index.size() > 0; ++i)
      others_.push_back(word_id(rng.below(static_cast<std::uint32_t>(index.size()))));
  }

  Scoring scoring() const {
    switch (options_.method) {
      case AnalogyMethod::cos_mul:
        return Scoring::ratio;
      case AnalogyMethod::pair_direction:
        return Scoring::direction;
      case AnalogyMethod::squared_difference:
        return Scoring::distance;
      case AnalogyMethod::logistic:
        return Scoring::probability;
      default:
        return Scoring::cosine;
    }
  }

  /// `excluded` holds the words that must not be answers.
  SearchQuery prepare(std::size_t number, std::span<double> vectors, std::vector<WordId>& excluded) const {
    const Analogy& question = questions_[number];
    if (takes_pairs(options_.method) ? question.pairs.empty() : question.pairs.size() != 1)
      throw Error("a question for " + std::string(name_of(options_.method)) + " has " +
                  std::to_string(question.pairs.size()) + " pairs, expected " +
                  (takes_pairs(options_.method) ? "some" : "one"));
    excluded = question.exclude;
    if (!options_.include_query) {
      excluded.push_back(question.c);
      // Pairs may share their answers.
      if (!takes_pairs(options_.method)) excluded.insert(excluded.end(), {question.pairs[0].a, question.pairs[0].b});
    }
    SearchQuery query{.exclude = excluded};
    const auto part = [&](std::size_t i) {
      const auto size = static_cast<std::size_t>(index_.embeddings().dimension());
      return Eigen::Map<ExactVector>(vectors.data() + i * size, index_.embeddings().dimension());
    };
    const Analogy::Pair& pair = question.pairs.front();
    switch (options_.method) {
      case AnalogyMethod::cos_add:
      case AnalogyMethod::cos_average: {
        ExactVector sum = unit(question.c);
        for (const Analogy::Pair& each : question.pairs)
          sum += (unit(each.b) - unit(each.a)) / static_cast<double>(question.pairs.size());
        part(0) = sum.normalized();
        query.answerable = !sum.isZero(0);
        break;
      }
      case AnalogyMethod::cos_mul:
        part(0) = unit(pair.b);
        part(1) = unit(question.c);
        part(2) = unit(pair.a);
        query.constant = options_.epsilon;
        break;
      case AnalogyMethod::pair_direction: {
        const ExactVector direction = unit(pair.b) - unit(pair.a);
        part(0) = direction.normalized();
        part(1) = unit(question.c);
        query.constant = part(0).dot(part(1));
        query.answerable = !direction.isZero(0);
        break;
      }
      case AnalogyMethod::squared_difference:
        part(0) = row(pair.b) - row(pair.a) + row(question.c);
        query.answerable = part(0).allFinite();
        break;
      case AnalogyMethod::logistic: {
        const LogisticModel model = fit_class(question);
        part(0) = model.weights;
        part(1) = unit(question.c);
        query.constant = model.intercept;
        break;
      }
    }
    return query;
  }

 private:
  ExactVector row(WordId word) const { return column(index_.embeddings()[word]).cast<double>(); }
  ExactVector unit(WordId word) const { return unit_vector(index_.embeddings()[word]); }

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

  const NearestNeighbors& index_;
  std::span<const Analogy> questions_;
  const AnalogyOptions& options_;
  std::vector<WordId> others_;
};

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

std::vector<std::vector<Neighbor>> solve(const NearestNeighbors& index, std::span<const Analogy> analogies,
                                         std::size_t count, const AnalogyOptions& options, Progress* progress) {
  if (index.metric() != metric_of(options.method))
    throw Error(std::string(name_of(options.method)) + " searches by " +
                std::string(name_of(metric_of(options.method))) + ", the index by " +
                std::string(name_of(index.metric())));
  const Questions questions(index, analogies, options);
  std::vector<std::vector<WordId>> excluded(analogies.size());
  auto answers = search(
      index.rows(), questions.scoring(), analogies.size(),
      [&](std::size_t i, std::span<double> vectors) { return questions.prepare(i, vectors, excluded[i]); },
      {.count = count}, index.threads(), progress);
  if (options.method == AnalogyMethod::squared_difference)
    for (auto& found : answers)
      for (Neighbor& neighbor : found) neighbor.similarity = 0.0f - neighbor.similarity * neighbor.similarity;
  return answers;
}

}  // namespace equivec

#include "equivec/debias/inlp.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/debias/methods.hpp"
#include "src/debias/labelled_words.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/logistic_regression.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace equivec {

namespace {

/// Words of both sides, with labels 1 (first) and 0 (last).
struct Examples {
  Eigen::MatrixXd rows;
  Eigen::VectorXd labels;
};

Examples examples_of(const Embeddings& embeddings, const BiasedWords& words) {
  const std::size_t count = words.first.size() + words.last.size();
  Examples result{Eigen::MatrixXd(static_cast<Eigen::Index>(count), embeddings.dimension()),
                  Eigen::VectorXd::Zero(static_cast<Eigen::Index>(count))};
  result.labels.head(static_cast<Eigen::Index>(words.first.size())).setOnes();
  Eigen::Index row = 0;
  for (const auto* side : {&words.first, &words.last})
    for (const WordId word : *side) result.rows.row(row++) = column(embeddings[word]).cast<double>().transpose();
  return result;
}

/// The words of both sides in random parts: of each side a part of each of `shares`, in hundredths, and the rest.
std::vector<BiasedWords> random_parts(const BiasedWords& words, std::initializer_list<std::size_t> shares, Rng rng) {
  std::vector<BiasedWords> parts(shares.size() + 1);
  for (const auto side : {&BiasedWords::first, &BiasedWords::last}) {
    std::vector<WordId> shuffled = words.*side;
    for (std::size_t i = 0; i < shuffled.size(); ++i)
      std::swap(shuffled[i], shuffled[i + rng.below(static_cast<std::uint32_t>(shuffled.size() - i))]);
    auto begin = shuffled.cbegin();
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const auto end =
          part == shares.size()
              ? shuffled.cend()
              : begin + static_cast<std::ptrdiff_t>((std::data(shares)[part] * shuffled.size() + 50) / 100);
      (parts[part].*side).assign(begin, end);
      begin = end;
    }
  }
  return parts;
}

/// Rows without their parts in the span of the columns of `basis`; zeros where only rounding is left, which a
/// classifier could learn from.
Examples projected(const Examples& examples, const Eigen::MatrixXd& basis) {
  Examples result = examples;
  for (Eigen::Index i = 0; i < result.rows.rows(); ++i) {
    const Eigen::VectorXd rest = without(basis, examples.rows.row(i).transpose());
    result.rows.row(i) = rest.transpose();
    if (rest.norm() <= negligible_part * examples.rows.row(i).norm()) result.rows.row(i).setZero();
  }
  return result;
}

LogisticModel fit(const Examples& examples) {
  return fit_logistic(examples.rows, examples.labels, Eigen::VectorXd::Ones(examples.labels.size()), 1);
}

SidesFound sides_found(const LogisticModel& model, const Examples& examples) {
  const Eigen::ArrayXd scores = (examples.rows * model.weights).array() + model.intercept;
  const auto right = static_cast<std::uint64_t>(((scores > 0) == (examples.labels.array() > 0)).count());
  const auto total = static_cast<std::uint64_t>(scores.size());
  const double first_share = examples.labels.mean();
  return {static_cast<double>(right) / static_cast<double>(total), std::max(first_share, 1 - first_share),
          *proportion_interval({right, total})};
}

/// The probability that chance alone exceeds the bound of a proof.
constexpr double luck = 5e-5;

/// Streams of random numbers, so that the test is independent of the rounds.
constexpr std::uint64_t stream_of_rounds = 0, stream_of_probe = 1;

}  // namespace

void validate(const InlpOptions& options) {
  require_between("rounds", options.rounds, 1, 10000);
  require_between("threads", options.threads, 0, 4096);
}

Inlp inlp(const Embeddings& embeddings, const BiasedWords& words, const InlpOptions& options, Progress* progress) {
  validate(options);
  require_finite(embeddings, options.threads);
  require_labelled(embeddings, {words.first, words.last});
  if (std::min(words.first.size(), words.last.size()) < 3)
    throw Error("each side needs 3 biased words to train, develop and test with, got " +
                std::to_string(words.first.size()) + " and " + std::to_string(words.last.size()));

  const auto parts = random_parts(words, {49, 21}, Rng(options.seed, stream_of_rounds));
  const Examples training = examples_of(embeddings, parts[0]), development = examples_of(embeddings, parts[1]),
                 test = examples_of(embeddings, parts[2]);
  const auto most = static_cast<std::size_t>(options.rounds);
  start(progress, most);
  Eigen::MatrixXd directions(embeddings.dimension(), 0);
  std::vector<SidesFound> rounds;
  std::vector<SidesFound> tested;  // before the first direction, and after the last one
  while (true) {
    check_cancelled(progress);
    const LogisticModel model = fit(projected(training, directions));
    rounds.push_back(sides_found(model, projected(development, directions)));
    const bool done = rounds.back().accuracy <= rounds.back().chance || rounds.size() > most;
    if (tested.empty() || done) tested.push_back(sides_found(model, projected(test, directions)));
    if (done) break;
    directions = with_direction(directions, model.weights);
    if (progress) progress->done = rounds.size();
  }

  WordByWord result = word_by_word(embeddings, options.threads, [&](WordId, const Eigen::VectorXd& vector) {
    Eigen::VectorXd rest = without(directions, vector);
    if (rest.norm() <= negligible_part * vector.norm()) rest.setZero();
    return rest;
  });
  return {std::move(result.embeddings), std::move(directions), std::move(rounds), tested.front(), tested.back(),
          std::move(result.vanished)};
}

std::vector<PostCondition> verify_inlp(const Embeddings& before, const Inlp& result, const BiasedWords& words,
                                       std::uint64_t seed) {
  require_finite(result.embeddings, 0);
  const double part = worst_word(result.embeddings, [&](WordId, const Eigen::VectorXd& vector) {
    return (result.directions.transpose() * vector).norm() / vector.norm();
  });
  const double moved =
      worst_word(before, result.embeddings, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
        return (without(result.directions, old) - row).norm() / old.norm();
      });
  std::vector<PostCondition> conditions = {
      {"no vector has a part along the directions taken out, as a share of its length", part, float_rounding},
      {"outside these directions no vector has moved, as a share of its length", moved,
       result.vanished.empty() ? float_rounding : negligible_part + float_rounding}};
  // A side of one word cannot be halved, so nothing can be tested.
  const auto halves = random_parts(words, {50}, Rng(seed, stream_of_probe));
  if (result.rounds.back().accuracy > result.rounds.back().chance || words.first.size() < 2 || words.last.size() < 2)
    return conditions;
  const Examples held_out = examples_of(result.embeddings, halves[1]);
  const SidesFound found = sides_found(fit(examples_of(result.embeddings, halves[0])), held_out);
  const auto total = static_cast<std::uint64_t>(held_out.labels.size());
  const auto by_chance = static_cast<std::uint64_t>(std::llround(found.chance * static_cast<double>(total)));
  conditions.push_back(
      {"a fresh linear classifier finds the sides of words held out no more often than chance (at most "
       "what luck adds to that once in twenty thousand times)",
       found.accuracy, proportion_interval({by_chance, total}, 1 - 2 * luck)->high});
  return conditions;
}

namespace {

Debiased run_inlp(const DebiasMethod::Input& input) {
  Debiased result = begin_with_one_direction(input, "inlp");
  const BiasedWords words = biased_words(input, result, 5);
  Inlp found = inlp(input.embeddings, words, input.options.inlp, input.progress);
  result.conditions = verify_inlp(input.embeddings, found, words, input.options.inlp.seed);
  // Fewer rounds than chance would need are the caller's choice.
  const bool at_chance = found.rounds.back().accuracy <= found.rounds.back().chance;
  result.choices.emplace_back("rounds", std::to_string(found.directions.cols()) +
                                            (at_chance ? "" : ", all that were allowed; the sides can still be told"));
  result.choices.emplace_back("accuracy on test words", rounded(found.test_before.accuracy) + " before, " +
                                                            rounded(found.test_after.accuracy) + " after");
  result.embeddings = std::move(found.embeddings);
  result.vanished = std::move(found.vanished);
  return result;
}

}  // namespace

constinit const DebiasMethod inlp_method = {
    .name = "inlp",
    .title = "takes out direction after direction that tells the sides, until none does",
    .paper = "Ravfogel, Elazar, Gonen, Twiton and Goldberg 2020",
    .takes = "a direction",
    .changes = "every word",
    .options = "biased-words restrict rounds seed",
    .run = run_inlp};

}  // namespace equivec

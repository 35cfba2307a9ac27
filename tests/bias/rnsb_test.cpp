#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/rnsb.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <numeric>

using namespace equivec;

namespace {

using Names = std::vector<std::vector<std::string>>;

AssociationQuery query_of(const Embeddings& e, const Names& targets, const Names& attributes) {
  AssociationQuery query;
  for (const auto& list : targets) query.targets.push_back(ids_of(e, list));
  for (const auto& list : attributes) query.attributes.push_back(ids_of(e, list));
  return query;
}

/// Words begin .. end - 1 of a vocabulary w0, w1, ...
std::vector<WordId> words(std::size_t begin, std::size_t end) {
  std::vector<WordId> result;
  for (std::size_t i = begin; i < end; ++i) result.push_back(word_id(i));
  return result;
}

/// Two lists of three targets each, then these numbers of positive and negative words.
AssociationQuery query_of_sizes(std::size_t positives, std::size_t negatives) {
  return {{words(0, 3), words(3, 6)}, {words(6, 6 + positives), words(6 + positives, 6 + positives + negatives)}};
}

NegativeSentimentOptions resampling(int resamples, std::uint64_t seed = 1, int threads = 0) {
  return {.resamples = resamples, .seed = seed, .threads = threads};
}

constexpr double exact = 1e-12;
/// Tolerance for the point at which the model's search ends.
constexpr double converged = 1e-8;

bool same(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= tolerance)) return false;
  return true;
}

bool same_bits(const NegativeSentiment& a, const NegativeSentiment& b) {
  return a.divergence == b.divergence && a.interval == b.interval && a.accuracy == b.accuracy &&
         a.probabilities == b.probabilities;
}

/// Sum of q log(n q), by the definition.
double divergence_of(const std::vector<double>& probabilities) {
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  double result = 0;
  for (const double p : probabilities)
    result += p / sum * std::log(static_cast<double>(probabilities.size()) * p / sum);
  return result;
}

/// All vectors under the same rotation (Gram and Schmidt on random directions).
Embeddings rotated(const Embeddings& e, std::uint64_t seed) {
  Eigen::MatrixXd axes = random_matrix(static_cast<std::size_t>(e.dimension()), e.dimension(), seed).cast<double>();
  for (Eigen::Index i = 0; i < axes.cols(); ++i) {
    for (Eigen::Index k = 0; k < i; ++k) axes.col(i) -= axes.col(i).dot(axes.col(k)) * axes.col(k);
    axes.col(i).normalize();
  }
  return Embeddings(e.vocabulary(), (e.matrix().cast<double>() * axes).cast<float>());
}

const Embeddings& cross() {
  static const Embeddings e = embeddings({{"right", {1, 0}},
                                          {"left", {-1, 0}},
                                          {"up", {0, 1}},
                                          {"up too", {0, 3}},
                                          {"good", {1, 0}},
                                          {"bad", {-1, 0}},
                                          {"none", {0, 0}},
                                          {"infinite", {std::numeric_limits<float>::infinity(), 0}}});
  return e;
}

}  // namespace

TEST_CASE("RNSB: hand-worked probabilities and divergence") {
  // By symmetry no intercept; towards the negative word the weight w solves w = 2 / (1 + exp(w)), as its own
  // probability of being positive is w / 2.
  double w = 0.675;
  for (int i = 0; i < 100; ++i) w = (w + 2 / (1 + std::exp(w))) / 2;
  const AssociationQuery query = query_of(cross(), {{"right", "up"}, {"left"}}, {{"good"}, {"bad"}});
  const NegativeSentiment found = negative_sentiment(cross(), query);
  REQUIRE(found.probabilities.size() == 3);
  CHECK(found.probabilities[0] == Approx(w / 2).epsilon(converged));
  CHECK(found.probabilities[1] == Approx(0.5).epsilon(converged));
  CHECK(found.probabilities[2] == Approx(1 - w / 2).epsilon(converged));
  // Shares w / 3, 1 / 3 and (2 - w) / 3.
  CHECK(found.divergence == Approx((w * std::log(w) + (2 - w) * std::log(2 - w)) / 3).epsilon(converged));
}

TEST_CASE("RNSB: if nothing separates the lists, all probabilities are the share of the negative list") {
  // No weight helps, and every word weighs the same: P = 3 / 4 everywhere.
  const Embeddings e = embeddings({{"a", {0.3F, 0.7F}},
                                   {"b", {0.3F, 0.7F}},
                                   {"c", {0.6F, 1.4F}},
                                   {"d", {0.3F, 0.7F}},
                                   {"e", {0.3F, 0.7F}},
                                   {"f", {0.3F, 0.7F}},
                                   {"g", {0.3F, 0.7F}},
                                   {"h", {0.3F, 0.7F}},
                                   {"this", {1, 2}},
                                   {"that", {-5, 1}}});
  const NegativeSentiment found =
      negative_sentiment(e, query_of(e, {{"this", "that"}}, {{"a", "b"}, {"c", "d", "e", "f", "g", "h"}}));
  CHECK(same(found.probabilities, {0.75, 0.75}, converged));
  CHECK(found.divergence == Approx(0).margin(exact));
  CHECK(found.accuracy == 0.75);
  // If the lists have the same size, every word is undecided and half right.
  const NegativeSentiment even =
      negative_sentiment(e, query_of(e, {{"this", "that"}}, {{"a", "b", "c"}, {"d", "e", "f"}}));
  CHECK(same(even.probabilities, {0.5, 0.5}, exact));
  CHECK(even.accuracy == 0.5);
}

TEST_CASE("RNSB: the values of another program") {
  // From NumPy, by Newton's method on the whole system, with the same random numbers for folds and resamples.
  const Embeddings e = random_embeddings(60, 10, 81);
  const NegativeSentiment found = negative_sentiment(e, query_of_sizes(30, 24), resampling(3));
  CHECK(found.divergence == Approx(0.0114436670896859).epsilon(converged));
  CHECK(found.accuracy == Approx(24.0 / 54).epsilon(exact));
  REQUIRE(found.interval);
  CHECK(found.interval->low == Approx(0.00671736432131631).epsilon(converged));
  CHECK(found.interval->high == Approx(0.0479548179855447).epsilon(converged));
}

TEST_CASE("RNSB: the divergence is that of the probabilities, of all lists together") {
  const Embeddings e = random_embeddings(60, 10, 82);
  AssociationQuery query = query_of_sizes(20, 34);
  const NegativeSentiment found = negative_sentiment(e, query);
  REQUIRE(found.probabilities.size() == 6);
  CHECK(found.divergence == Approx(divergence_of(found.probabilities)).epsilon(exact));
  CHECK(found.divergence > 0);
  CHECK(found.divergence < std::log(6.0));
  query.targets = {words(0, 1), words(1, 5), words(5, 6)};
  CHECK(same_bits(negative_sentiment(e, query), found));
  query.targets = {words(5, 6), words(0, 5)};
  const NegativeSentiment turned = negative_sentiment(e, query);
  CHECK(turned.probabilities[0] == found.probabilities[5]);
  CHECK(turned.probabilities[1] == found.probabilities[0]);
  CHECK(turned.divergence == Approx(found.divergence).epsilon(exact));
}

TEST_CASE("RNSB: targets with the same vector do not diverge, nor does a single one") {
  Matrix vectors = random_matrix(40, 7, 83);
  for (Eigen::Index i = 1; i < 6; ++i) vectors.row(i) = vectors.row(0);
  const Embeddings e(numbered_words(40), vectors);
  AssociationQuery query = query_of_sizes(20, 14);
  const NegativeSentiment found = negative_sentiment(e, query);
  CHECK(found.divergence >= 0);
  CHECK(found.divergence < exact);
  CHECK(found.interval->low >= 0);
  CHECK(found.interval->high < exact);
  query.targets = {words(3, 4)};
  const NegativeSentiment one = negative_sentiment(e, query);
  CHECK(one.divergence == 0);
  CHECK(one.interval == Interval{0, 0});
  CHECK(one.probabilities == std::vector<double>{found.probabilities[3]});
}

TEST_CASE("RNSB: neither a rotation nor the lengths of the vectors change it") {
  const Embeddings e = random_embeddings(66, 12, 84);
  const AssociationQuery query = query_of_sizes(30, 30);
  const NegativeSentiment found = negative_sentiment(e, query);
  const NegativeSentiment turned = negative_sentiment(rotated(e, 85), query);
  // Rotated vectors are rounded to float again.
  CHECK(same(turned.probabilities, found.probabilities, 1e-6));
  CHECK(turned.divergence == Approx(found.divergence).epsilon(1e-5));
  CHECK(turned.accuracy == found.accuracy);
  Matrix vectors = e.matrix();
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors.row(i) *= std::ldexp(1.0F, static_cast<int>(i % 7) - 3);
  const NegativeSentiment stretched = negative_sentiment(Embeddings(e.vocabulary(), vectors), query);
  CHECK(same(stretched.probabilities, found.probabilities, exact));
  CHECK(stretched.interval->high == Approx(found.interval->high).epsilon(exact));
}

TEST_CASE("RNSB: dimensions that are 0 in all vectors change nothing, also with fewer words than dimensions") {
  const Embeddings e = random_embeddings(36, 5, 86);
  Matrix vectors = Matrix::Zero(36, 50);
  vectors.leftCols(5) = e.matrix();
  const NegativeSentiment found = negative_sentiment(e, query_of_sizes(18, 12));
  const NegativeSentiment padded = negative_sentiment(Embeddings(e.vocabulary(), vectors), query_of_sizes(18, 12));
  CHECK(same(padded.probabilities, found.probabilities, converged));
  CHECK(padded.divergence == Approx(found.divergence).epsilon(1e-7));
  CHECK(padded.interval->low == Approx(found.interval->low).epsilon(1e-7));
  CHECK(padded.interval->high == Approx(found.interval->high).epsilon(1e-7));
  CHECK(padded.accuracy == found.accuracy);
}

TEST_CASE("RNSB: exchanged attribute lists give the complements of the probabilities") {
  const Embeddings e = random_embeddings(50, 8, 87);
  AssociationQuery query = query_of_sizes(14, 30);
  const NegativeSentiment found = negative_sentiment(e, query);
  std::swap(query.attributes[0], query.attributes[1]);
  const NegativeSentiment exchanged = negative_sentiment(e, query);
  std::vector<double> complements;
  for (const double p : found.probabilities) complements.push_back(1 - p);
  CHECK(same(exchanged.probabilities, complements, converged));
  CHECK(exchanged.divergence == Approx(divergence_of(complements)).epsilon(1e-7));
  CHECK(exchanged.divergence != Approx(found.divergence).epsilon(0.01));
}

TEST_CASE("RNSB: the mean probability of all attributes, which may be targets, is the share of the negative list") {
  // Follows from a zero derivative of the loss with respect to the intercept.
  const Embeddings e = random_embeddings(60, GENERATE(10, 80), 88);
  AssociationQuery query = query_of_sizes(40, 14);
  query.targets = query.attributes;
  const std::vector<double> found = negative_sentiment(e, query).probabilities;
  REQUIRE(found.size() == 54);
  CHECK(std::accumulate(found.begin(), found.end(), 0.0) == Approx(14).epsilon(converged));
  CHECK(std::accumulate(found.begin(), found.begin() + 40, 0.0) / 40 <
        std::accumulate(found.begin() + 40, found.end(), 0.0) / 14);
}

TEST_CASE("RNSB: attributes in both lists carry no information") {
  const Embeddings e = random_embeddings(60, 10, 95);
  AssociationQuery query = query_of_sizes(30, 24);
  query.attributes[1] = query.attributes[0];
  CHECK(same(negative_sentiment(e, query).probabilities, std::vector<double>(6, 0.5), converged));
}

TEST_CASE("RNSB: the accuracy is that of held-out words") {
  // More dimensions than words: training words are mostly predicted right, although there is nothing to learn.
  const Embeddings noise = random_embeddings(126, 200, 89);
  const AssociationQuery query = query_of_sizes(60, 60);
  AssociationQuery learnt = query;
  learnt.targets = query.attributes;
  const NegativeSentiment found = negative_sentiment(noise, learnt, resampling(0));
  int right = 0;
  for (std::size_t i = 0; i < 120; ++i) right += (found.probabilities[i] > 0.5) == (i >= 60);
  CHECK(right > 108);
  CHECK(*found.accuracy > 0.3);
  CHECK(*found.accuracy < 0.7);
  // Two clusters are separated, except for a word in the wrong one.
  Matrix vectors = random_matrix(126, 5, 90);
  for (Eigen::Index i = 6; i < 126; ++i) vectors(i, 0) += (i < 66) == (i != 20) ? 2.0F : -2.0F;
  const NegativeSentiment heaps = negative_sentiment(Embeddings(numbered_words(126), vectors), query, resampling(0));
  CHECK(*heaps.accuracy == Approx(119.0 / 120).epsilon(exact));
}

TEST_CASE("RNSB: each word of short lists is predicted from the others, and one alone has no accuracy") {
  // Two against two: a fold is one of each, so the other two decide. "a" and "b" are among the other side.
  const Embeddings e = embeddings({{"a", {-1, 0.5F}}, {"b", {1, 0.5F}}, {"c", {1, 0}}, {"d", {-1, 0}}, {"t", {0, 1}}});
  CHECK(negative_sentiment(e, query_of(e, {{"t"}}, {{"a", "c"}, {"b", "d"}})).accuracy <= 0.5);
  CHECK(negative_sentiment(e, query_of(e, {{"t"}}, {{"b", "c"}, {"a", "d"}})).accuracy == 1);
  const NegativeSentiment one = negative_sentiment(e, query_of(e, {{"t"}}, {{"a"}, {"b", "c", "d"}}));
  CHECK(!one.accuracy);
  CHECK(one.interval);
  CHECK(!negative_sentiment(e, query_of(e, {{"t"}}, {{"b", "c", "d"}, {"a"}})).accuracy);
}

TEST_CASE("RNSB: resamples are drawn from each list separately") {
  // One word each: all resamples are the same.
  const AssociationQuery pair = query_of(cross(), {{"right", "up", "left"}}, {{"good"}, {"bad"}});
  const NegativeSentiment found = negative_sentiment(cross(), pair);
  REQUIRE(found.interval);
  CHECK(found.interval->low == Approx(found.divergence).epsilon(converged));
  CHECK(found.interval->high == Approx(found.divergence).epsilon(converged));
  // One against many: it is drawn every time.
  const Embeddings e = random_embeddings(60, 10, 91);
  const NegativeSentiment uneven = negative_sentiment(e, query_of_sizes(1, 50));
  REQUIRE(uneven.interval);
  CHECK(uneven.interval->low > 0);
  CHECK(uneven.interval->low < uneven.divergence);
  CHECK(uneven.interval->high > uneven.divergence);
}

TEST_CASE("RNSB: the interval is wider for more confidence, and absent without resamples") {
  const Embeddings e = random_embeddings(60, 10, 92);
  const AssociationQuery query = query_of_sizes(24, 30);
  NegativeSentimentOptions options;
  CHECK(options.resamples == 100);
  const NegativeSentiment found = negative_sentiment(e, query, options);
  options.confidence = 0.5;
  const NegativeSentiment narrow = negative_sentiment(e, query, options);
  REQUIRE(found.interval);
  CHECK(found.interval->low < narrow.interval->low);
  CHECK(narrow.interval->low < narrow.interval->high);
  CHECK(narrow.interval->high < found.interval->high);
  const NegativeSentiment none = negative_sentiment(e, query, resampling(0));
  CHECK(!none.interval);
  CHECK(none.divergence == found.divergence);
  CHECK(none.accuracy == found.accuracy);
  CHECK(none.probabilities == found.probabilities);
}

TEST_CASE("RNSB: the seed affects only resamples and folds") {
  const Embeddings e = random_embeddings(126, 30, 96);
  const AssociationQuery query = query_of_sizes(60, 60);
  const NegativeSentiment first = negative_sentiment(e, query, resampling(20, 1));
  const NegativeSentiment second = negative_sentiment(e, query, resampling(20, 2));
  CHECK(same_bits(negative_sentiment(e, query, resampling(20, 1)), first));
  CHECK(second.interval != first.interval);
  CHECK(second.accuracy != first.accuracy);
  CHECK(second.divergence == first.divergence);
  CHECK(second.probabilities == first.probabilities);
}

TEST_CASE("RNSB: the number of threads changes nothing") {
  const auto [positives, negatives, dimension] =
      GENERATE(table<std::size_t, std::size_t, int>({{30, 60, 20}, {7, 8, 40}}));
  const Embeddings e = random_embeddings(100, dimension, 94);
  const AssociationQuery query = query_of_sizes(positives, negatives);
  const NegativeSentiment one = negative_sentiment(e, query, resampling(33, 5, 1));
  for (const int threads : {0, 2, 5}) CHECK(same_bits(negative_sentiment(e, query, resampling(33, 5, threads)), one));
}

TEST_CASE("RNSB: errors say which list or word") {
  const auto error = [](const Names& targets, const Names& attributes) {
    return error_of([&] { negative_sentiment(cross(), query_of(cross(), targets, attributes)); });
  };
  CHECK(error({{"up"}}, {{"good"}}) == "RNSB takes lists of targets and 2 lists of attributes, got 1 and 1");
  CHECK(error({}, {{"good"}, {"bad"}}) == "RNSB takes lists of targets and 2 lists of attributes, got 0 and 2");
  CHECK(error({{"up"}, {}}, {{"good"}, {"bad"}}) == "target list 2 has no words");
  CHECK(error({{"up"}}, {{"good"}, {}}) == "attribute list 2 has no words");
  CHECK(error({{"up", "left", "up"}}, {{"good"}, {"bad"}}) == "'up' occurs twice in target list 1");
  CHECK(error({{"up"}}, {{"good"}, {"bad", "left", "bad"}}) == "'bad' occurs twice in attribute list 2");
  CHECK(error({{"up"}, {"left"}, {"right", "up"}}, {{"good"}, {"bad"}}) ==
        "'up' is in target list 1 and in target list 3");
  CHECK(error({{"up"}, {"left"}, {"right", "left"}}, {{"good"}, {"bad"}}) ==
        "'left' is in target list 2 and in target list 3");
  CHECK(error({{"none"}}, {{"good"}, {"bad"}}) == "the vector of 'none' is zero or not finite");
  CHECK(error({{"up"}}, {{"good"}, {"infinite"}}) == "the vector of 'infinite' is zero or not finite");
  CHECK(error({{"up", "up too"}, {"left"}}, {{"good", "up"}, {"bad", "up"}}).empty());
}

TEST_CASE("RNSB: options out of their range are an error") {
  const AssociationQuery query = query_of(cross(), {{"up"}}, {{"good"}, {"bad"}});
  const auto error = [&](const NegativeSentimentOptions& options) {
    return option_error_of([&] { negative_sentiment(cross(), query, options); });
  };
  CHECK(error(resampling(-1)) == "resamples must be at least 0, got -1");
  CHECK(error(resampling(10000001)) == "resamples must be between 1 and 10000000, got 10000001");
  CHECK(error({.confidence = 1}) == "confidence must be between 0.01 and 0.9999, got 1");
  CHECK(error({.resamples = 0, .confidence = std::numeric_limits<double>::quiet_NaN()}) ==
        "confidence must be between 0.01 and 0.9999, got nan");
  CHECK(error({.threads = -1}) == "threads must be between 0 and 4096, got -1");
  CHECK(error(resampling(1)).empty());
}

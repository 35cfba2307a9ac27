#include "equivec/spaces/retrofit.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/subwords.hpp"

#include "catch.hpp"
#include "debias/post_conditions.hpp"
#include "related_pairs_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <limits>

using namespace equivec;

namespace {

constexpr std::size_t words = 300;

/// Words of different lengths, one of them zero.
Embeddings some_vectors(std::uint64_t seed = 1) {
  Matrix rows = random_matrix(words, 20, seed);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= static_cast<float>(1 + i % 7);
  rows.row(3).setZero();
  return {numbered_words(words), rows};
}

/// The published update, for so many rounds over all words of pairs in their order.
Matrix plain_rounds(const Embeddings& e, const std::vector<RelatedPair>& pairs, double alpha, int rounds) {
  Eigen::MatrixXd y = e.matrix().cast<double>();
  const Eigen::MatrixXd x = y;
  for (int round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < e.size(); ++i) {
      Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(x.cols());
      double degree = 0;
      for (const RelatedPair& pair : pairs)
        if (pair.first == word_id(i) || pair.second == word_id(i)) {
          const WordId other = pair.first == word_id(i) ? pair.second : pair.first;
          sum += y.row(static_cast<Eigen::Index>(index(other)));
          ++degree;
        }
      const auto row = static_cast<Eigen::Index>(i);
      if (degree > 0) y.row(row) = (alpha * x.row(row) + sum / degree) / (alpha + 1);
    }
  return y.cast<float>();
}

std::vector<RelatedPair> without_zero(std::vector<RelatedPair> pairs) {
  std::erase_if(pairs, [](const RelatedPair& pair) { return pair.first == word_id(3) || pair.second == word_id(3); });
  return pairs;
}

RetrofitOptions counterfit(int threads = 0) { return {.method = RetrofitMethod::counterfit, .threads = threads}; }

}  // namespace

TEST_CASE("retrofit: the rounds of the paper lead where the equations say") {
  const Embeddings e = some_vectors();
  const double alpha = GENERATE(0.5, 1.0, 4.0);
  const std::vector<RelatedPair> pairs = without_zero(random_pairs(200, 260, 2));
  const Retrofitted found = retrofit(e, pairs, {}, {.alpha = alpha});
  CHECK((found.embeddings.matrix() - plain_rounds(e, pairs, alpha, 100)).cwiseAbs().maxCoeff() < 1e-6F);
  CHECK(all_hold(found.conditions));
  CHECK(found.attract.pairs == pairs.size());
  CHECK(found.attract.after > found.attract.before);
  CHECK(found.objective_after < found.objective_before);
  CHECK(found.rounds > 5);
  CHECK(found.moved > 0.3);
  CHECK(found.moved < 1);
}

TEST_CASE("retrofit: words without a pair, and those without length, keep their bits") {
  const Embeddings e = some_vectors();
  const std::vector<RelatedPair> pairs = random_pairs(100, 150, 3);
  REQUIRE(without_zero(pairs).size() < pairs.size());
  for (const RetrofitOptions& options :
       {RetrofitOptions{}, RetrofitOptions{.method = RetrofitMethod::counterfit, .preserve = 0}}) {
    const Embeddings after = retrofit(e, pairs, {}, options).embeddings;
    for (std::size_t i = 100; i < words; ++i) CHECK(std::ranges::equal(e[word_id(i)], after[word_id(i)]));
    CHECK(exact_row(after, word_id(3)).isZero(0));
    const WordId moved = without_zero(pairs).front().first;
    CHECK_FALSE(std::ranges::equal(e[moved], after[moved]));
  }
}

TEST_CASE("retrofit: counterfit brings some together and others apart, and keeps lengths") {
  const Embeddings e = some_vectors();
  const std::vector<RelatedPair> pairs = without_zero(random_pairs(200, 300, 4));
  std::vector<RelatedPair> attract, repel;
  for (std::size_t i = 0; i < pairs.size(); ++i) (i % 2 == 0 ? attract : repel).push_back(pairs[i]);
  repel.push_back(attract.front());
  const Retrofitted found = retrofit(e, attract, repel, counterfit());
  CHECK(all_hold(found.conditions));
  CHECK(found.conflicts == 1);
  CHECK(found.attract.pairs == attract.size() - 1);
  CHECK(found.attract.after > found.attract.before + 0.1);
  CHECK(found.repel.after < found.repel.before);
  CHECK(found.rounds > 0);
  for (std::size_t i = 0; i < words; ++i)
    CHECK(exact_row(found.embeddings, word_id(i)).norm() == Approx(exact_row(e, word_id(i)).norm()).epsilon(1e-7));
}

TEST_CASE("retrofit: counterfit keeps near words near") {
  // Word 20 + i lies near word i.
  Matrix rows = random_matrix(40, 12, 5);
  rows.bottomRows(20) = rows.topRows(20) + 0.1F * random_matrix(20, 12, 6);
  const Embeddings e(numbered_words(40), rows);
  std::vector<RelatedPair> attract;
  for (std::size_t i = 0; i < 18; i += 2) attract.push_back({word_id(i), word_id(i + 1)});
  const Retrofitted with = retrofit(e, attract, {}, counterfit());
  RetrofitOptions options = counterfit();
  options.preserve = 0;
  const Retrofitted without = retrofit(e, attract, {}, options);
  CHECK(with.preserved >= 18);
  CHECK(without.preserved == 0);
  const auto nearness = [](const Embeddings& vectors) {
    double sum = 0;
    for (std::size_t i = 0; i < 18; ++i) sum += cosine(vectors[word_id(i)], vectors[word_id(i + 20)]);
    return sum / 18;
  };
  CHECK(nearness(with.embeddings) > nearness(without.embeddings) + 0.02);
  // What should go apart is not held together.
  const std::vector<RelatedPair> apart = {{word_id(0), word_id(20)}};
  CHECK(retrofit(e, attract, apart, counterfit()).repel.after < 0.9 * with.attract.after);
}

TEST_CASE("retrofit: the same for any number of threads") {
  const Embeddings e = some_vectors();
  const std::vector<RelatedPair> attract = random_pairs(300, 900, 7), repel = random_pairs(300, 50, 8);
  CHECK(same_bits(retrofit(e, attract, {}, {.threads = 1}).embeddings,
                  retrofit(e, attract, {}, {.threads = 3}).embeddings));
  CHECK(same_bits(retrofit(e, attract, repel, counterfit(1)).embeddings,
                  retrofit(e, attract, repel, counterfit(3)).embeddings));
}

TEST_CASE("retrofit: the metadata say how it was made, and n-grams are left out") {
  const std::vector<std::string> ngrams = {"<a", "b>"};
  const Embeddings e =
      some_vectors().with_metadata({{"made", "here"}}).with_subwords(Subwords(2, 2, ngrams, random_matrix(2, 20, 9)));
  const std::vector<RelatedPair> pairs = {{word_id(1), word_id(2)}};
  const Retrofitted once = retrofit(e, pairs, {}, {.attract_name = "wordnet.txt"});
  CHECK(once.lost_ngrams);
  CHECK_FALSE(once.embeddings.subwords());
  CHECK(once.embeddings.metadata().at("made") == "here");
  const std::string& said = once.embeddings.metadata().at("retrofitted");
  CHECK_THAT(said, Catch::EndsWith(" retrofit, attract 1 pair of wordnet.txt, alpha 1"));
  const std::string again = retrofit(once.embeddings, {}, pairs, counterfit()).embeddings.metadata().at("retrofitted");
  CHECK(again.starts_with(said + "; equivec "));
  CHECK_THAT(again,
             Catch::Contains("attract 0 pairs, repel 1 pair, method counterfit, iterations 20, learning-rate 0.1"));
}

TEST_CASE("retrofit: the proofs fail on planted faults") {
  const Embeddings e = some_vectors();
  const std::vector<RelatedPair> pairs = without_zero(random_pairs(200, 260, 10));
  const Embeddings after = retrofit(e, pairs).embeddings;
  CHECK(all_hold(verify_retrofit(e, after, pairs)));

  Matrix rows = after.matrix();
  rows.row(17) *= 1.00001F;
  CHECK_FALSE(holds(verify_retrofit(e, e.with_vectors(rows), pairs), "equation"));
  rows = after.matrix();
  rows.row(17).swap(rows.row(30));
  CHECK_FALSE(holds(verify_retrofit(e, e.with_vectors(rows), pairs), "equation"));
  rows = after.matrix();
  rows(17, 3) = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(holds(verify_retrofit(e, e.with_vectors(rows), pairs), "equation"));
  rows = after.matrix();
  rows(250, 2) = std::nextafter(rows(250, 2), 10.0F);
  CHECK_FALSE(holds(verify_retrofit(e, e.with_vectors(rows), pairs), "as they were"));
  rows = 2 * e.matrix() - after.matrix();  // the wrong way
  CHECK_FALSE(holds(verify_retrofit(e, e.with_vectors(rows), pairs), "the sum is not above"));
  // A pair that was not fitted to, and one that was fitted to and should not have been.
  std::vector<RelatedPair> more = pairs, fewer = pairs;
  more.push_back({word_id(201), word_id(202)});
  fewer.pop_back();
  CHECK_FALSE(holds(verify_retrofit(e, after, more), "equation"));
  CHECK_FALSE(holds(verify_retrofit(e, after, fewer), "equation"));
  CHECK_FALSE(holds(verify_retrofit(e, after, pairs, 1.001), "equation"));
}

TEST_CASE("retrofit: what cannot be fitted is told in one line") {
  const Embeddings e = some_vectors();
  const std::vector<RelatedPair> pairs = {{word_id(1), word_id(2)}}, none = {{word_id(3), word_id(5)}};
  CHECK(error_of([&] { retrofit(e, none); }) == "there is no pair of two different words of the vectors to fit to");
  CHECK(option_error_of([&] { retrofit(e, pairs, pairs); }) ==
        "pairs that repel are for the method counterfit; retrofit only brings words nearer");
  CHECK(option_error_of([&] { retrofit(e, pairs, {}, {.alpha = 0}); }) == "alpha must be between 0.01 and 1000, got 0");
  CHECK(option_error_of([&] { retrofit(e, pairs, {}, {.iterations = 5}); }).find("counterfit") != std::string::npos);
  RetrofitOptions options = counterfit();
  options.alpha = 2;
  CHECK(option_error_of([&] { retrofit(e, pairs, {}, options); }) ==
        "alpha is for the method retrofit; counterfit has preserve");
  const std::vector<RelatedPair> outside = {{word_id(1), word_id(words)}}, twisted = {{word_id(2), word_id(1)}};
  CHECK(error_of([&] { retrofit(e, outside); }).find("not of two words") != std::string::npos);
  CHECK(error_of([&] { retrofit(e, twisted); }).find("not of two words") != std::string::npos);
  Matrix rows = e.matrix();
  rows(9, 1) = std::numeric_limits<float>::infinity();
  CHECK(error_of([&] { retrofit(e.with_vectors(rows), pairs); }).find("w9") != std::string::npos);
}

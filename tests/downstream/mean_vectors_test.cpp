#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <Eigen/SVD>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace equivec;

namespace {

using Texts = std::vector<Text>;
using Strings = std::vector<std::string>;

/// "w0" ... with counts that fall.
Embeddings random_vectors(int words, int dimension, bool counts = true) {
  std::vector<Vocabulary::Entry> entries;
  for (int i = 0; i < words; ++i)
    entries.push_back({"w" + std::to_string(i), counts ? static_cast<std::uint64_t>(1000 / (i + 1)) : 0});
  Rng rng(1, 0);
  Matrix vectors(words, dimension);
  for (float& value : vectors.reshaped()) value = rng.uniform() - 0.3f;
  return {Vocabulary(entries), vectors};
}

Eigen::VectorXd row(const Embeddings& e, std::size_t i) { return column(e[word_id(i)]).cast<double>(); }

Eigen::VectorXd mean_of(const Embeddings& e, const std::string& text, const MeanVectorOptions& options = {}) {
  return mean_vectors(e, Texts{text}, options).vectors.row(0).cast<double>().transpose();
}

}  // namespace

TEST_CASE("means of texts: unknown words are skipped, a word that occurs twice counts twice") {
  const Embeddings e = random_vectors(5, 3);
  CHECK((mean_of(e, "w1 nothing w2\tw2\n") - (row(e, 1) + 2 * row(e, 2)) / 3).norm() < 1e-6);
  CHECK((mean_of(e, "W3") - row(e, 3)).norm() < 1e-6);  // the vectors are uncased
  const MeanVectors found = mean_vectors(e, Texts{"w1 w2", "nothing", ""});
  CHECK(found.known == std::vector<std::uint32_t>{2, 0, 0});
  CHECK(found.vectors.bottomRows(2).isZero(0));
}

TEST_CASE("means of texts: with unit length each word's vector is scaled first") {
  const Embeddings e = random_vectors(5, 3);
  const Eigen::VectorXd expected = (row(e, 0).normalized() + row(e, 4).normalized()) / 2;
  CHECK((mean_of(e, "w0 w4", {.unit_length = true}) - expected).norm() < 1e-6);
}

TEST_CASE("means of texts: SIF weighs a word by a / (a + its share of the counts)") {
  const Embeddings e = random_vectors(4, 3);  // counts 1000, 500, 333, 250
  const auto weight = [](double count) { return .01 / (.01 + count / 2083); };
  const Eigen::VectorXd expected = (weight(1000) * row(e, 0) + weight(250) * row(e, 3)) / 2;
  CHECK((mean_of(e, "w0 w3", {.weighting = WordWeighting::sif, .a = .01}) - expected).norm() < 1e-6);
}

TEST_CASE("means of texts: without counts SIF takes Zipf's law for the shares") {
  const Embeddings e = random_vectors(3, 2, false);
  const double all = 1 + 1 / 2. + 1 / 3.;
  const Eigen::VectorXd expected = .5 / (.5 + 1 / (3 * all)) * row(e, 2);
  CHECK((mean_of(e, "w2", {.weighting = WordWeighting::sif, .a = .5}) - expected).norm() < 1e-6);
}

TEST_CASE("means of texts: Zipf's weights are the logarithms of 1 + row") {
  const Embeddings e = random_vectors(4, 3);
  CHECK((mean_of(e, "w3 w1", {.weighting = WordWeighting::zipf}) -
         (std::log(4.) * row(e, 3) + std::log(2.) * row(e, 1)) / 2)
            .norm() < 1e-6);
  CHECK(mean_of(e, "w0", {.weighting = WordWeighting::zipf}).norm() == 0);
}

TEST_CASE("means of texts: words composed of n-grams weigh as words that do not occur") {
  const auto rows = std::make_shared<const Matrix>(Matrix::Random(7, 3));
  const Embeddings e =
      random_vectors(4, 3)
          .with_subwords(Subwords({3, 4, 7, NgramHash::fasttext}, MatrixView(rows->data(), 7, 3), rows))
          .with_composed_words();
  const std::vector<float> composed = *e.vector_of("unseen");
  const Eigen::VectorXd unseen = column(composed).cast<double>();
  CHECK((mean_of(e, "w1 unseen") - (row(e, 1) + unseen) / 2).norm() < 1e-6);
  const auto weight = [](double count) { return .01 / (.01 + count / 2083); };
  CHECK((mean_of(e, "w1 unseen", {.weighting = WordWeighting::sif, .a = .01}) - (weight(500) * row(e, 1) + unseen) / 2)
            .norm() < 1e-6);
  CHECK((mean_of(e, "w1 unseen", {.weighting = WordWeighting::zipf}) -
         (std::log(2) * row(e, 1) + std::log(4) * unseen) / 2)
            .norm() < 1e-6);
}

TEST_CASE("means of texts: common directions are the first right singular vectors") {
  const Embeddings e = random_vectors(60, 6);
  Texts texts;
  for (int i = 0; i < 40; ++i) texts.push_back("w" + std::to_string(i) + " w" + std::to_string(59 - i));
  const Eigen::MatrixXd plain = mean_vectors(e, texts).vectors.cast<double>();
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(plain, Eigen::ComputeThinV);
  for (const int count : {1, 3}) {
    const Eigen::MatrixXd common = svd.matrixV().leftCols(count);
    const Eigen::MatrixXd expected = plain - plain * common * common.transpose();
    CHECK((mean_vectors(e, texts, {.remove = count}).vectors.cast<double>() - expected).norm() < 1e-5);
  }
  CHECK(mean_vectors(e, texts, {.remove = 6}).vectors.norm() < 1e-4);
}

TEST_CASE("means of texts: the result is the same for any number of threads, and of words in place of texts") {
  const Embeddings e = random_vectors(60, 6);
  Texts texts, words;
  for (int i = 0; i < 300; ++i) {
    const Strings both = {"w" + std::to_string(i % 60), "w" + std::to_string(i * 7 % 60)};
    words.emplace_back(both);
    texts.emplace_back(both[0] + " " + both[1]);
  }
  const MeanVectorOptions one{.weighting = WordWeighting::sif, .remove = 1, .threads = 1};
  const Matrix expected = mean_vectors(e, texts, one).vectors;
  MeanVectorOptions several = one;
  several.threads = 3;
  CHECK(mean_vectors(e, texts, several).vectors == expected);
  CHECK(mean_vectors(e, words, several).vectors == expected);
}

TEST_CASE("means of texts: options out of range and numbers that are not finite are errors") {
  const Embeddings e = random_vectors(3, 2);
  CHECK_THROWS_AS(mean_of(e, "w0", {.a = 0}), OptionError);
  CHECK_THROWS_AS(mean_of(e, "w0", {.a = std::numeric_limits<double>::quiet_NaN()}), OptionError);
  CHECK_THROWS_AS(mean_of(e, "w0", {.remove = -1}), OptionError);
  CHECK(error_of([&] { mean_of(e, "w0", {.remove = 3}); }) ==
        "remove must be at most 2, the vectors' dimension, got 3");
  Matrix bad = Matrix::Ones(1, 2);
  bad(0, 1) = std::numeric_limits<float>::infinity();
  const std::vector<Vocabulary::Entry> entries = {{"a", 1}};
  CHECK_THROWS_AS(mean_of({Vocabulary(entries), bad}, "a"), Error);
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(mean_vectors(e, Texts{"w0"}, {}, &progress), Cancelled);
  CHECK(mean_vectors(e, Texts{}).vectors.rows() == 0);
}

TEST_CASE("Mean vectors: the words of a text are found by the rules that the vectors were trained with") {
  const std::vector<Vocabulary::Entry> words = {{"don't", 3}, {"new_york", 2}, {"stop", 1}};
  Matrix vectors(3, 3);
  vectors << 1, 0, 0, 0, 1, 0, 0, 0, 1;
  const Metadata rules = {
      {"tool", "equivec 0.1.0"}, {"lowercase", "true"}, {"tokenize", "words"}, {"phrases", "auto"}, {"end_token", "."}};
  const Texts texts = {"Don't STOP, New York!"};
  const auto known = [&](const Metadata& metadata) {
    return mean_vectors(Embeddings(Vocabulary(words), vectors, metadata), texts).known.at(0);
  };
  CHECK(known(rules) == 3);
  CHECK(known({}) == 1);
  Metadata others = rules;  // the same names may mean something else to another tool
  others["tool"] = "something else";
  others["tokenize"] = "bpe";
  others.erase("phrases");
  CHECK(known(others) == 1);
}

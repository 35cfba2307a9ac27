#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/leace.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/biased_words_support.hpp"
#include "catch.hpp"
#include "labelled_words_support.hpp"
#include "support.hpp"

#include <algorithm>

using namespace equivec;

namespace {

Classes classes_of(const BiasedWords& words) { return {words.first, words.last}; }

}  // namespace

TEST_CASE("leace: hand-worked examples") {
  SECTION("equal variances: the difference of the means goes") {
    const Embeddings e = embeddings(
        {{"a", {1, 1}}, {"b", {1, -1}}, {"c", {-1, 1}}, {"d", {-1, -1}}, {"other", {3, 4}}, {"nil", {0, 0}}});
    const Leace result = leace(e, classes_of(sides(2)));
    CHECK(largest_difference(selected(result.embeddings, numbers(0, 5)),
                             (Eigen::MatrixXd(5, 2) << 0, 1, 0, -1, 0, 1, 0, -1, 0, 4).finished()) < rounding);
    CHECK(row_of(result.embeddings, "nil") == std::vector<float>{0, 0});
  }
  SECTION("the mean of the labelled words stays") {
    const Embeddings e = embeddings({{"a", {6, 1}}, {"b", {6, -1}}, {"c", {4, 1}}, {"d", {4, -1}}, {"other", {3, 4}}});
    const Leace result = leace(e, classes_of(sides(2)));
    CHECK((result.mean - Eigen::Vector2d(5, 0)).norm() < 1e-12);
    CHECK(largest_difference(result.embeddings, (Eigen::MatrixXd(5, 2) << 5, 1, 5, -1, 5, 1, 5, -1, 5, 4).finished()) <
          rounding);
  }
  SECTION("sheared by (x, y) -> (x, x + y): what is taken out is sheared too, and is no orthogonal projection") {
    const Embeddings e = embeddings({{"a", {1, 2}}, {"b", {1, 0}}, {"c", {-1, 0}}, {"d", {-1, -2}}, {"other", {3, 4}}});
    const Leace result = leace(e, classes_of(sides(2)));
    // (x, y) -> (0, y - x).
    CHECK(largest_difference(result.embeddings, (Eigen::MatrixXd(5, 2) << 0, 1, 0, -1, 0, 1, 0, -1, 0, 1).finished()) <
          rounding);
  }
  SECTION("one word a class: both become their mean, others lose what differs between them") {
    const Embeddings e = embeddings({{"a", {2, 0, 1}}, {"b", {0, 2, 1}}, {"other", {5, 1, 7}}});
    const Leace result = leace(e, classes_of(sides(1)));
    CHECK(result.left.cols() == 1);
    CHECK(largest_difference(result.embeddings, (Eigen::MatrixXd(3, 3) << 1, 1, 1, 1, 1, 1, 3, 3, 7).finished()) <
          rounding);
  }
}

TEST_CASE("leace: three classes of the numbers that NumPy gives") {
  const Embeddings e = embeddings({{"a", {1, 0, 2}},
                                   {"b", {2, 1, 0}},
                                   {"c", {3, -1, 1}},
                                   {"d", {-1, 4, 0}},
                                   {"e", {0, 2, -2}},
                                   {"f", {-2, -3, 1}},
                                   {"g", {1, -2, 5}},
                                   {"other", {1, 1, 1}}});
  const Leace result = leace(e, Classes{numbers(0, 3), numbers(3, 5), numbers(5, 7)});
  CHECK(result.left.cols() == 2);
  Eigen::MatrixXd expected(8, 3);
  expected << 0.770497255945, 0.442333277898, 1.694994179278, 0.512878958335, 0.054775926669, 0.795589947271,
      0.430909500005, -0.068537775995, 0.509415873451, 0.934436172606, 0.688960683226, 2.267342326919, 0.208420970251,
      -0.403246397511, -0.267342326919, 0.040578746050, -0.655745883918, -0.853317811409, 1.102278396807,
      0.941460169632, 2.853317811409, 0.711947642852, 0.354252061709, 1.490584126549;
  CHECK(largest_difference(result.embeddings, expected) < rounding);
}

TEST_CASE("leace: nothing linear tells classes of any number and size, for any number of dimensions") {
  const std::size_t count = GENERATE(2U, 3U, 5U);
  const int dimension = GENERATE(2, 3, 20, 60);
  const Embeddings e = random_embeddings(400, dimension, 20 + count);
  Classes classes(count);
  for (std::size_t i = 0; i < 300; ++i) classes[std::min(i % (2 * count), count - 1)].push_back(word_id(i));
  const Leace result = leace(e, classes);
  CHECK(result.left.cols() == std::min(dimension, static_cast<int>(count) - 1));
  CHECK((result.right * result.left - Eigen::MatrixXd::Identity(result.left.cols(), result.left.cols())).norm() < 1e-9);
  CHECK(hold(verify_leace(result.embeddings, classes)));
  const Eigen::MatrixXd x = exact(e), centred = x.rowwise() - result.mean.transpose();
  const Eigen::MatrixXd expected = x - centred * result.right.transpose() * result.left.transpose();
  CHECK((exact(result.embeddings) - expected).norm() < 1e-7 * expected.norm() + 1e-7);
  // The labelled words' mean stays.
  Eigen::VectorXd before = Eigen::VectorXd::Zero(dimension), after = before;
  for (const Ids& words : classes) {
    for (const WordId word : words) {
      before += exact_row(e, word) / 300;
      after += exact_row(result.embeddings, word) / 300;
    }
  }
  CHECK((before - after).norm() < 1e-7);
  CHECK((result.mean - before).norm() < 1e-12);
}

TEST_CASE("leace: of the linear maps that make the classes' means the same it moves the words least") {
  const Embeddings e = two_sides(200, 6, 21);
  const Classes classes = classes_of(sides(200));
  const Leace result = leace(e, classes);
  const Eigen::MatrixXd x = exact(e).topRows(400);
  const Eigen::VectorXd mean = x.colwise().mean().transpose();
  const Eigen::MatrixXd centred = x.rowwise() - mean.transpose();
  const Eigen::VectorXd difference = (x.topRows(200).colwise().mean() - x.bottomRows(200).colwise().mean()).transpose();
  const double moved = (exact(result.embeddings).topRows(400) - x).squaredNorm();
  // Those maps take out the difference a by some b with a.b = 1: x - a b.(x - mean).
  Rng rng(5);
  for (int i = 0; i < 50; ++i) {
    Eigen::VectorXd b = difference;
    if (i > 0)
      for (double& number : b) number += 0.3 * (rng.uniform_double() - 0.5);
    b /= b.dot(difference);
    CHECK((centred * b * difference.transpose()).squaredNorm() > moved);
  }
}

TEST_CASE("leace: vectors mapped linearly before are so after") {
  const Embeddings e = two_sides(100, 5, 22);
  const Classes classes = classes_of(sides(100));
  Eigen::MatrixXf map = Eigen::MatrixXf::Zero(5, 5);  // which floats take without rounding
  map.diagonal() << 4, 0.5F, 1, 16, 0.125F;
  const Embeddings mapped(e.vocabulary(), e.matrix() * map);
  const Eigen::MatrixXd expected = exact(leace(e, classes).embeddings) * map.cast<double>();
  CHECK((exact(leace(mapped, classes).embeddings) - expected).norm() < 1e-6 * expected.norm());
}

TEST_CASE("leace: a second time, or where the classes do not differ, vectors stay") {
  const Embeddings e = two_sides(100, 5, 23);
  const Classes classes = classes_of(sides(100));
  const Embeddings once = leace(e, classes).embeddings;
  CHECK((leace(once, classes).embeddings.matrix() - once.matrix()).cwiseAbs().maxCoeff() < 1e-6F);
  const Embeddings even = embeddings({{"a", {1, 2}}, {"b", {-1, -2}}, {"c", {3, 1}}, {"d", {-3, -1}}, {"o", {1, 1}}});
  const Leace same = leace(even, classes_of(sides(2)));
  CHECK(same.left.cols() == 0);
  CHECK(same_bits(same.embeddings, even));
  const Embeddings equal = embeddings({{"a", {1, 2}}, {"b", {1, 2}}, {"o", {1, 1}}});
  CHECK(same_bits(leace(equal, classes_of(sides(1))).embeddings, equal));
  CHECK(hold(verify_leace(equal, classes_of(sides(1)))));
}

TEST_CASE("leace: a direction that was taken out before, but for rounding, does no harm") {
  Matrix rows = two_sides(200, 6, 24).matrix();
  Rng rng(1);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows(i, 5) = 1e-9F * (rng.uniform() - 0.5F);
  const Embeddings e(numbered_words(800), rows);
  const Leace result = leace(e, classes_of(sides(200)));
  CHECK(result.right.col(5).norm() < 1e-3 * result.right.norm());
  CHECK(hold(verify_leace(result.embeddings, classes_of(sides(200)))));
}

TEST_CASE("leace: the same bits for any number of threads and any order of a class's words but for rounding") {
  const Embeddings e = two_sides(1500, 7, 25);
  const Classes classes = classes_of(sides(1500));
  const Leace one = leace(e, classes, {.threads = 1});
  for (const int threads : {2, 5, 0}) {
    const Leace again = leace(e, classes, {.threads = threads});
    CHECK(same_bits(again.embeddings, one.embeddings));
    CHECK(again.left == one.left);
  }
  Classes reversed = classes;
  std::ranges::reverse(reversed[0]);
  std::ranges::reverse(reversed);
  CHECK((leace(e, reversed).embeddings.matrix() - one.embeddings.matrix()).cwiseAbs().maxCoeff() < 1e-6F);
  CHECK(one.embeddings.metadata() == e.metadata());
}

TEST_CASE("leace: what it promises is not true of other vectors") {
  const Embeddings e = two_sides(200, 8, 26);
  const Classes classes = classes_of(sides(200));
  const Embeddings good = leace(e, classes).embeddings;
  REQUIRE(hold(verify_leace(good, classes)));
  for (const PostCondition& promise : verify_leace(e, classes)) CHECK_FALSE(promise.holds());
  for (const PostCondition& promise : verify_leace(normalized(good), classes)) CHECK_FALSE(promise.holds());
  const Embeddings broken = with_row(good, 5, Eigen::VectorXf::Constant(8, not_a_number));
  CHECK_THAT(error_of([&] { verify_leace(broken, classes); }), ContainsSubstring("'w5' is not finite"));
  // One word that was forgotten.
  const auto forgotten = verify_leace(with_row(good, 3, e.matrix().row(3).transpose()), classes);
  CHECK(forgotten.size() == 3);
  for (const PostCondition& promise : forgotten) CHECK_FALSE(promise.holds());
}

TEST_CASE("leace: what cannot be done is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"nil", {0, 0}}});
  const auto error = [&](const std::vector<std::vector<std::string>>& lists) {
    Classes classes;
    for (const auto& list : lists) classes.push_back(ids_of(e, list));
    return error_of([&] { leace(e, classes); });
  };
  CHECK(error({{"a"}, {"b"}}).empty());
  CHECK(error({{"a", "b"}}) == "erasing needs two classes of words at least, got 1");
  CHECK(error({{"a", "b"}, {}}) == "class 2 has no words");
  CHECK_THAT(error({{"a", "a"}, {"b"}}), ContainsSubstring("'a' occurs twice"));
  CHECK_THAT(error({{"a", "b"}, {"b"}}), ContainsSubstring("'b' is in"));
  CHECK_THAT(error({{"a", "nil"}, {"b"}}), ContainsSubstring("'nil' is zero"));
  const Embeddings bad = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, not_a_number}}});
  CHECK_THAT(error_of([&] { leace(bad, classes_of(sides(1))); }), ContainsSubstring("'c' is not finite"));
  CHECK_THAT(option_error_of([&] { leace(e, classes_of(sides(1)), {.threads = -1}); }), ContainsSubstring("threads"));
}

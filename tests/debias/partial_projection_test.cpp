#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/linear_projection.hpp"
#include "equivec/debias/partial_projection.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/subspaces.hpp"
#include "catch.hpp"
#include "post_conditions.hpp"
#include "projection_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace equivec;

TEST_CASE("partial projection: the shares of the paper's functions") {
  CHECK(damped_share(Damping::none, 0, 1) == 0);
  CHECK(damped_share(Damping::inverse_square, 0, 1) == 1);
  CHECK(damped_share(Damping::inverse_square, 1, 1) == Approx(0.25));
  CHECK(damped_share(Damping::inverse_square, 3, 2) == Approx(0.25));
  CHECK(damped_share(Damping::gaussian, 0, 1) == 1);
  CHECK(damped_share(Damping::gaussian, 2, 1) == Approx(std::exp(-4.0)));
  CHECK(damped_share(Damping::gaussian, 2, 4) == Approx(std::exp(-0.25)));
  // Never more than all of it.
  CHECK(damped_share(Damping::inverse_square, 0.5, 3) == 1);
}

TEST_CASE("partial projection: hand-worked example") {
  // The pair's mean along the direction is 0.5.
  const Embeddings e = embeddings({{"she", {2, 0, 0}}, {"he", {-1, 0, 0}}, {"w", {4.5F, 0, 1}}, {"far", {4.5F, 3, 0}}});
  const PartiallyProjected result = partial_projection(e, along({1, 0, 0}), pairs(0, 1));
  CHECK(result.centre == Approx(0.5));
  // Without anything orthogonal the words of the pair keep all.
  CHECK(row_of(result.embeddings, "she") == std::vector<float>{2, 0, 0});
  CHECK(row_of(result.embeddings, "he") == std::vector<float>{-1, 0, 0});
  // 0.5 + 4 / (1 + 1)^2 and 0.5 + 4 / (3 + 1)^2
  CHECK(row_of(result.embeddings, "w") == std::vector<float>{1.5F, 0, 1});
  CHECK(row_of(result.embeddings, "far") == std::vector<float>{0.75F, 3, 0});
  const auto gaussian =
      partial_projection(e, along({1, 0, 0}), pairs(0, 1), {.damping = Damping::gaussian, .sigma = 2});
  CHECK(row_of(gaussian.embeddings, "w")[0] == Approx(0.5 + 4 * std::exp(-0.25)).epsilon(tolerance));
  CHECK(row_of(gaussian.embeddings, "far")[0] == Approx(0.5 + 4 * std::exp(-2.25)).epsilon(tolerance));
}

TEST_CASE("partial projection: without a share left it is linear projection but for a constant") {
  const Embeddings e = some_vectors(200, 7, 41);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 4));
  const PartiallyProjected result = partial_projection(e, subspace, pairs(0, 4), {.damping = Damping::none});
  const Embeddings linear = linear_projection(e, subspace).embeddings;
  double worst = 0;
  for (const WordId word : ids(0, 200)) {
    const Eigen::VectorXd constant = exact_row(result.embeddings, word) - exact_row(linear, word);
    const double scale = std::max(exact_row(e, word).norm(), std::abs(result.centre));
    worst = std::max(worst, (constant - result.centre * subspace.basis().row(0).transpose()).norm() / scale);
  }
  CHECK(worst < tolerance);
}

TEST_CASE("partial projection: the direction's sign makes no difference") {
  const Embeddings e = some_vectors(100, 4, 42);
  const Embeddings one = partial_projection(e, along({0.5F, -1, 2, 0}), pairs(0, 4)).embeddings;
  const Embeddings other = partial_projection(e, along({-0.5F, 1, -2, 0}), pairs(0, 4)).embeddings;
  CHECK(same_bits(one, other));
}

TEST_CASE("partial projection: its promises hold for every function") {
  const Damping damping = GENERATE(from_range(dampings));
  const double sigma = GENERATE(0.1, 1, 20);
  const Embeddings e = with_odd_rows(some_vectors(500, 9, 43));
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 5));
  Sets sets = pairs(0, 5);
  sets.push_back({});  // counts for nothing
  const PartialProjectionOptions options{.damping = damping, .sigma = sigma};
  const PartiallyProjected result = partial_projection(e, subspace, sets, options);
  CHECK(all_hold(verify_partial_projection(e, result.embeddings, subspace, sets, options)));
  CHECK(odd_rows_stayed(e, result.embeddings));
  const Embeddings without = partial_projection(e, subspace, pairs(0, 5), options).embeddings;
  CHECK((without.matrix().topRows(500) - result.embeddings.matrix().topRows(500)).isZero(0));
}

TEST_CASE("partial projection: the number of threads makes no difference and the description is kept") {
  const Embeddings e = some_vectors(5000, 6, 44).with_metadata({{"seed", "44"}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 3));
  const PartiallyProjected one = partial_projection(e, subspace, pairs(0, 3), {.threads = 1});
  for (const int threads : {2, 5})
    CHECK(same_bits(partial_projection(e, subspace, pairs(0, 3), {.threads = threads}).embeddings, one.embeddings));
  CHECK(one.embeddings.metadata() == e.metadata());
}

TEST_CASE("partial projection: what it cannot do is an error") {
  const Embeddings e = with_odd_rows(some_vectors(20, 5, 45));
  const BiasSubspace one = BiasSubspace::from_sets(e, pairs(0, 3)), two = BiasSubspace::from_sets(e, pairs(0, 3), 2);
  CHECK(error_of([&] { partial_projection(e, two, pairs(0, 3)); }).find("has 2") != std::string::npos);
  CHECK(error_of([&] { partial_projection(e, one, {}); }).find("none has a word") != std::string::npos);
  CHECK(error_of([&] { partial_projection(e, one, Sets{{}}); }).find("none has a word") != std::string::npos);
  CHECK(error_of([&] { partial_projection(e, one, Sets{ids(21, 22)}); }).find("not finite") != std::string::npos);
  for (const double sigma : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    CHECK(option_error_of([&] { partial_projection(e, one, pairs(0, 3), {.sigma = sigma}); }).find("sigma") !=
          std::string::npos);
  CHECK(option_error_of([&] { validate(PartialProjectionOptions{.threads = -1}); }).find("threads") !=
        std::string::npos);
}

TEST_CASE("partial projection: each function has a name of its own") {
  CHECK(name_of(Damping::none) == "none");
  CHECK(name_of(Damping::inverse_square) == "inverse-square");
  CHECK(name_of(Damping::gaussian) == "gaussian");
}

TEST_CASE("verify partial projection: it finds out what is wrong") {
  const Embeddings e = some_vectors(50, 6, 46);
  const BiasSubspace subspace = along({0, 1, 0, 0, 0, 0});
  const Embeddings right = partial_projection(e, subspace, pairs(0, 3)).embeddings;
  const auto found = [&](const Embeddings& after, std::string_view promise) {
    return !holds(verify_partial_projection(e, after, subspace, pairs(0, 3)), promise);
  };
  CHECK(all_hold(verify_partial_projection(e, right, subspace, pairs(0, 3))));
  CHECK(found(e, "formula"));
  CHECK(found(partial_projection(e, subspace, pairs(0, 3), {.damping = Damping::gaussian}).embeddings, "formula"));
  CHECK(found(linear_projection(e, subspace).embeddings, "formula"));
  CHECK(found(with_number(right, 4, 1, 1e4F), "moved away"));
  CHECK(found(with_number(right, 4, 2, right.matrix()(4, 2) * 1.00001F), "orthogonal"));
}

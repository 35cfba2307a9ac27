#include "src/spaces/cross_neighbors.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>

using namespace equivec;

namespace {

std::vector<float> some_penalties(Eigen::Index count, std::uint64_t seed) {
  const Matrix numbers = random_matrix(static_cast<std::size_t>(count), 1, seed);
  return {numbers.data(), numbers.data() + count};
}

/// The best rows for one, the plain way.
std::vector<SelectedRow> plain(const Matrix& rows, const Eigen::RowVectorXf& query, const std::vector<float>& penalties,
                               std::size_t count) {
  std::vector<SelectedRow> all;
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    if (!rows.row(i).isZero(0))
      all.push_back({static_cast<std::uint32_t>(i),
                     static_cast<float>(
                         rows.row(i).cast<double>().dot(query.cast<double>()) -
                         (penalties.empty() ? 0.0 : static_cast<double>(penalties[static_cast<std::size_t>(i)])))});
  std::ranges::stable_sort(all, [](const SelectedRow& a, const SelectedRow& b) { return a.score > b.score; });
  all.resize(std::min(count, all.size()));
  return all;
}

void check_same(const std::vector<SelectedRow>& found, const std::vector<SelectedRow>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i].score == Approx(expected[i].score).margin(1e-5));
}

}  // namespace

TEST_CASE("cross neighbours: those of both sides are what comparing one after the other finds") {
  const std::size_t count = GENERATE(std::size_t{1}, std::size_t{10});
  const bool with_penalties = GENERATE(false, true);
  Matrix first = random_matrix(700, 9, 1), second = random_matrix(1100, 9, 2);
  first.row(3).setZero();
  second.row(1050).setZero();
  const std::vector<float> of_first = with_penalties ? some_penalties(700, 3) : std::vector<float>(),
                           of_second = with_penalties ? some_penalties(1100, 4) : std::vector<float>();
  const CrossNeighbors found = cross_neighbors(first, second, of_first, of_second, count, 2, nullptr);
  REQUIRE(found.of_first.size() == 700);
  REQUIRE(found.of_second.size() == 1100);
  CHECK(found.of_first[3].empty());
  CHECK(found.of_second[1050].empty());
  for (const std::size_t i : {0U, 5U, 511U, 512U, 699U})
    check_same(found.of_first[i], plain(second, first.row(static_cast<Eigen::Index>(i)), of_second, count));
  for (const std::size_t i : {0U, 5U, 511U, 512U, 1023U, 1024U, 1099U})
    check_same(found.of_second[i], plain(first, second.row(static_cast<Eigen::Index>(i)), of_first, count));
}

TEST_CASE("cross neighbours: the same for any number of threads, of none, and of fewer than asked for") {
  const Matrix first = random_matrix(1500, 5, 5), second = random_matrix(1300, 5, 6);
  const std::vector<float> penalties = some_penalties(1500, 7), others = some_penalties(1300, 8);
  const CrossNeighbors one = cross_neighbors(first, second, penalties, others, 3, 1, nullptr),
                       four = cross_neighbors(first, second, penalties, others, 3, 4, nullptr);
  const auto same = [](const auto& a, const auto& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
      return std::ranges::equal(
          x, y, [](const SelectedRow& s, const SelectedRow& t) { return s.row == t.row && s.score == t.score; });
    });
  };
  CHECK(same(one.of_first, four.of_first));
  CHECK(same(one.of_second, four.of_second));
  CHECK(cross_neighbors(Matrix(0, 5), second, {}, {}, 3, 1, nullptr).of_second[0].empty());
  CHECK(cross_neighbors(first.topRows(2), second, {}, {}, 3, 1, nullptr).of_second[9].size() == 2);
}

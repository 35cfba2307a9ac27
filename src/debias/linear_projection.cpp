#include "equivec/debias/linear_projection.hpp"

#include "equivec/base/error.hpp"
#include "equivec/debias/methods.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"

#include <utility>

namespace equivec {

LinearProjected linear_projection(const Embeddings& embeddings, const BiasSubspace& subspace, int threads) {
  require_between("threads", threads, 0, 4096);
  WordByWord result = word_by_word(embeddings, threads, [&](WordId, const Eigen::VectorXd& row) {
    // Twice, since the first time leaves rounding as large as that of the part removed.
    Eigen::VectorXd rest = subspace.outside(subspace.outside(row));
    if (rest.norm() <= negligible_part * row.norm()) rest.setZero();
    return rest;
  });
  return {std::move(result.embeddings), std::move(result.vanished)};
}

std::vector<PostCondition> verify_linear_projection(const Embeddings& before, const Embeddings& after,
                                                    const BiasSubspace& subspace) {
  const double inside = worst_word(before, after, [&](const Eigen::VectorXd&, const Eigen::VectorXd& row) {
    return row.isZero(0) ? 0 : (subspace.basis() * row).norm() / row.norm();
  });
  const double moved = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return row.isZero(0) ? 0 : subspace.outside(row - old).norm() / old.norm();
  });
  const double lost = worst_word(before, after, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return row.isZero(0) ? subspace.outside(old).norm() / old.norm() : 0;
  });
  return {{"no word has a part in the bias subspace, as a share of its length", inside, float_rounding},
          {"outside the bias subspace no word has moved, as a share of its length", moved, float_rounding},
          {"a word that became zero lay in the bias subspace alone", lost, negligible_part + float_rounding}};
}

namespace {

Debiased run_linear_projection(const DebiasMethod::Input& input) {
  Debiased result = begin(input);
  LinearProjected projected = linear_projection(input.embeddings, result.direction.subspace, input.options.threads);
  result.conditions = verify_linear_projection(input.embeddings, projected.embeddings, result.direction.subspace);
  result.embeddings = std::move(projected.embeddings);
  result.vanished = std::move(projected.vanished);
  return result;
}

}  // namespace

constinit const DebiasMethod linear_projection_method = {.name = "linear-projection",
                                                         .title = "takes the direction out of every word",
                                                         .paper = "Dev and Phillips 2019",
                                                         .takes = "a direction",
                                                         .changes = "every word",
                                                         .projects_ngrams = true,
                                                         .run = run_linear_projection};

}  // namespace equivec

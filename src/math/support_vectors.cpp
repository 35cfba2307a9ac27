#include "src/math/support_vectors.hpp"

#include <libsvm/svm.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace equivec {

namespace {

void silence() {
  static const bool silent = (svm_set_print_string_function([](const char*) {}), true);
  static_cast<void>(silent);
}

struct ModelDeleter {
  void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

/// Rows compared with all support vectors at once: few enough that the kernel values fit the L2 cache.
constexpr Eigen::Index block_rows = 128;

}  // namespace

SupportVectors fit_support_vectors(const Eigen::Ref<const Eigen::MatrixXd>& examples,
                                   const Eigen::Ref<const Eigen::VectorXd>& labels, double gamma, double cost) {
  silence();
  const Eigen::Index count = examples.rows(), dimension = examples.cols();
  std::vector<svm_node> numbers;
  std::vector<svm_node*> rows;
  std::vector<double> signs;
  numbers.reserve(static_cast<std::size_t>(count * (dimension + 1)));
  for (Eigen::Index i = 0; i < count; ++i) {
    rows.push_back(numbers.data() + numbers.size());
    for (Eigen::Index k = 0; k < dimension; ++k) numbers.push_back({static_cast<int>(k + 1), examples(i, k)});
    numbers.push_back({-1, 0});
    // libsvm gives positive scores to the class 1 of {1, -1}, whichever occurs first.
    signs.push_back(labels[i] > 0 ? 1 : -1);
  }
  svm_problem problem{};
  problem.l = static_cast<int>(count);
  problem.x = rows.data();
  problem.y = signs.data();
  svm_parameter parameters{};
  parameters.svm_type = C_SVC;
  parameters.kernel_type = RBF;
  parameters.gamma = gamma;
  parameters.C = cost;
  parameters.eps = 1e-3;
  parameters.cache_size = 100;  // MB, allocated as needed
  parameters.shrinking = 1;
  const std::unique_ptr<svm_model, ModelDeleter> model(svm_train(&problem, &parameters));

  SupportVectors result{Points(model->l, dimension), Eigen::VectorXd(model->l), model->rho[0], gamma};
  for (Eigen::Index i = 0; i < result.vectors.rows(); ++i) {
    result.vectors.row(i) = examples.row(model->sv_indices[i] - 1);
    result.weights[i] = model->sv_coef[0][i];
  }
  return result;
}

Eigen::VectorXd scores(const SupportVectors& model, const Points& rows) {
  const Eigen::RowVectorXd squares = model.vectors.rowwise().squaredNorm().transpose();
  Eigen::VectorXd result(rows.rows());
  for (Eigen::Index begin = 0; begin < rows.rows(); begin += block_rows) {
    const auto block = rows.middleRows(begin, std::min(block_rows, rows.rows() - begin));
    Points distances = -2 * (block * model.vectors.transpose());
    distances.rowwise() += squares;
    distances.colwise() += block.rowwise().squaredNorm();
    result.segment(begin, block.rows()).noalias() = (-model.gamma * distances.array()).exp().matrix() * model.weights;
  }
  return result.array() - model.offset;
}

}  // namespace equivec

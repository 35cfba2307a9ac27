#pragma once

#include "equivec/vectors/subwords.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace equivec {

/// Subwords that own their rows and the buckets that have some (all, if empty).
inline Subwords owning_subwords(const NgramRule& rule, Matrix rows, std::vector<std::uint32_t> kept) {
  struct Tables {
    Matrix rows;
    std::vector<std::uint32_t> kept;
  };
  const auto tables = std::make_shared<const Tables>(Tables{std::move(rows), std::move(kept)});
  return Subwords(rule, MatrixView(tables->rows.data(), tables->rows.rows(), tables->rows.cols()), tables,
                  tables->kept);
}

}  // namespace equivec

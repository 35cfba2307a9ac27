#pragma once

#include "src/table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace equivec {

/// Lets several workers train on one table at once and the result not depend on which threads they ran on. In a round
/// each of a fixed number of workers trains a piece of the text on copies of its own of the rows that it touches; then
/// every row takes the sum of what the workers changed in it, in the workers' order. Rounds must be short: the sum of
/// many changes that were made without knowledge of each other diverges.
class PrivateRows {
 public:
  /// most: rows that one worker touches in a round, at most.
  PrivateRows(Table& table, std::size_t workers, std::size_t most)
      : table_(&table), workers_(workers), places_(table.rows() * workers), owners_(workers) {
    for (Owner& owner : owners_) owner.copies = Table(std::min(most, table.rows()), table.dimension());
  }

  /// The worker's copy of a row, made when first asked for in a round. Others may ask for theirs at the same time.
  float* row(std::size_t worker, std::size_t i) {
    Owner& owner = owners_[worker];
    std::uint32_t& place = places_[i * workers_ + worker];
    if (place < base_) {
      place = base_ + static_cast<std::uint32_t>(owner.rows.size());
      owner.rows.push_back(static_cast<std::uint32_t>(i));
      float* const copy = owner.copies.row(owner.rows.size() - 1);
      std::memcpy(copy, table_->row(i), table_->stride() * sizeof(float));
      return copy;
    }
    return owner.copies.row(place - base_);
  }

  /// Where row() would read.
  const float* ahead(std::size_t worker, std::size_t i) const {
    const std::uint32_t place = places_[i * workers_ + worker];
    return place < base_ ? table_->row(i) : owners_[worker].copies.row(place - base_);
  }

  /// Puts the rows that `worker` is the first to have touched into the table. Workers may be merged at the same time,
  /// after all have trained.
  void merge(std::size_t worker) {
    const std::size_t stride = table_->stride();
    const Owner& owner = owners_[worker];
    for (std::size_t k = 0; k < owner.rows.size(); ++k) {
      const std::size_t i = owner.rows[k];
      const std::uint32_t* const places = &places_[i * workers_];
      bool first = true;
      for (std::size_t other = 0; other < worker; ++other) first &= places[other] < base_;
      if (!first) continue;
      float* const row = table_->row(i);
      float* const sum = owner.copies.row(k);
      for (std::size_t other = worker + 1; other < workers_; ++other) {
        if (places[other] < base_) continue;
        const float* const copy = owners_[other].copies.row(places[other] - base_);
        for (std::size_t c = 0; c < stride; ++c) sum[c] += copy[c] - row[c];
      }
      std::memcpy(row, sum, stride * sizeof(float));
    }
  }

  /// After all were merged.
  void next_round() {
    std::size_t most = 0;
    for (Owner& owner : owners_) {
      most = std::max(most, owner.rows.size());
      owner.rows.clear();
    }
    // Places of earlier rounds are told by being smaller, so that nothing need be cleared until the numbers run out.
    if (base_ > std::numeric_limits<std::uint32_t>::max() / 2) {
      std::fill(places_.begin(), places_.end(), 0u);
      base_ = 1;
    } else {
      base_ += static_cast<std::uint32_t>(most);
    }
  }

 private:
  struct Owner {
    std::vector<std::uint32_t> rows;  // that were touched
    Table copies;                     // of them
  };

  Table* table_;
  std::size_t workers_;
  std::uint32_t base_ = 1;
  std::vector<std::uint32_t> places_;  // row x worker: base_ and the number of the copy, or less
  std::vector<Owner> owners_;
};

}  // namespace equivec

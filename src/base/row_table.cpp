#include "src/base/row_table.hpp"

#include "equivec/base/error.hpp"
#include "src/base/memory.hpp"

#include <sys/mman.h>

#include <bit>
#include <memory>
#include <string>
#include <utility>

namespace equivec {

Table::Table(std::size_t rows, std::size_t dimension, RowOrder order)
    : rows_(rows), dimension_(dimension), stride_(stride_of(dimension)) {
  if (rows == 0) return;
  // Rows with neighbouring numbers are about sqrt(rows) rows apart.
  if (order == RowOrder::scattered) shift_ = static_cast<std::size_t>(std::bit_width(rows)) / 2;
  mask_ = (std::size_t{1} << shift_) - 1;
  distance_ = (rows + mask_) >> shift_;
  // More than needed, so that the table can begin at a huge page.
  void* memory = ::mmap(nullptr, mapped(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw Error("no memory for a table of " + std::to_string(rows) + " x " + std::to_string(dimension) + " numbers (" +
                std::to_string(bytes() / 1000000) + " MB); lower --dimension or raise --min-count");
  memory_ = memory;
  std::size_t space = mapped();
  std::align(huge_page, bytes(), memory, space);
  advise_huge_pages(memory, bytes());
  data_ = static_cast<float*>(memory);
}

Table::Table(Table&& other) noexcept { *this = std::move(other); }

Table& Table::operator=(Table&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(data_, other.data_);
  std::swap(rows_, other.rows_);
  std::swap(dimension_, other.dimension_);
  std::swap(stride_, other.stride_);
  std::swap(mask_, other.mask_);
  std::swap(shift_, other.shift_);
  std::swap(distance_, other.distance_);
  return *this;
}

Table::~Table() {
  if (memory_) ::munmap(memory_, mapped());
}

std::size_t Table::mapped() const noexcept { return bytes() + huge_page; }

}  // namespace equivec

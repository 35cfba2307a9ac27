#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace equivec {

class Table;

// What one thread of this machine can do at most, so that a benchmark can say how near it comes, in the counters
// multiply_add_share and bandwidth_share. Measured once, the best of several short repetitions, and in processor time,
// as the shares are: other programs disturb them less, and with N threads they are shares of N ceilings.

/// Of numbers, with the instruction set that the kernels have chosen.
double multiply_adds_per_second();

/// Read from a large table from its beginning to its end.
double read_bytes_per_second();

/// Read and written, where rows of `dimension` are visited in random order.
struct RowBytes {
  double cached;  ///< a table that the second-level cache holds
  double memory;  ///< one much larger than the caches
};
const RowBytes& row_bytes_per_second(std::size_t dimension);

/// The rows of a table in random order.
std::vector<float*> shuffled_rows(const Table& table);

/// Used by the process so far.
double processor_seconds();

/// What main does: runs the benchmarks that the command line asks for, under a heading with the ceilings; those of rows
/// for the dimensions given. The exit status: 1 where there was nothing to run.
int run_benchmarks(int argc, char** argv, const std::vector<std::size_t>& dimensions);

}  // namespace equivec

#pragma once

#include "equivec/base/communicator.hpp"
#include "src/base/row_table.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace equivec {

/// The rows of a table that travel from rank to rank, block by block (strips): each is at home on one rank at a time.
/// All ranks say in the same order where each strip goes, so that every one knows where all are. In the beginning all
/// strips are everywhere. Without ranks nothing moves.
class GloveStrips {
 public:
  /// Keeps the references; strip i are the rows bounds[i] ... bounds[i + 1] - 1. ranks: null if there is one.
  GloveStrips(Communicator* ranks, Table& table, const std::vector<std::size_t>& bounds);

  /// Sends a strip that is here and that move() will say goes to another rank: as soon as its rows are final, before
  /// the others have come so far. May be called by several threads, as arrive() and advance().
  void send_ahead(std::size_t strip, int to);
  /// The strip is at home on rank `to` from now on. Called by all ranks, by one thread, while no other one works here.
  void move(std::size_t strip, int to);
  /// Waits for a strip whose home this rank is. Its rows may be used then.
  void arrive(std::size_t strip);
  /// Lets messages go on, as some transports do only while they are asked.
  void advance();
  /// Called by all ranks: gives the first one the rows of all strips, which stay at home where they are.
  void collect();

 private:
  static constexpr int everywhere = -1;

  bool arrived(std::size_t strip);
  std::span<std::byte> rows(std::size_t strip) const;

  Communicator* ranks_;
  int rank_;
  Table& table_;
  const std::vector<std::size_t>& bounds_;
  std::vector<int> homes_;
  std::mutex mutex_;  // of what follows, and of the communicator while several threads work
  std::vector<std::unique_ptr<Communicator::Message>> messages_;  // the strip's, on its way from here or to here
  std::vector<std::size_t> under_way_;                            // the strips that have one
  std::vector<bool> sent_ahead_;
};

/// The same of blocks of rows that stay: gives the first rank what is at home elsewhere. homes: of each block.
void collect_blocks(Communicator& ranks, Table& table, const std::vector<std::size_t>& bounds,
                    const std::vector<int>& homes);

}  // namespace equivec

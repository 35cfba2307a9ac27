#pragma once

#include "equivec/evaluate/index_recall.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "src/report/json.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace equivec {

/// One index, to be reported on.
struct IndexReport {
  std::string output;
  const NeighborGraph& graph;
  std::uint64_t bytes;  ///< of the file
  double seconds;       ///< that making it took
  std::optional<IndexRecall> recall;
};

std::string to_text(const IndexReport& report);
Json to_json(const IndexReport& report);
Json to_json(const IndexRecall& recall);

}  // namespace equivec

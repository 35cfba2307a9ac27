#include "src/report/index_report.hpp"

#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

#include <vector>

namespace equivec {

std::string to_text(const IndexReport& report) {
  const NeighborGraph& graph = report.graph;
  std::string text = "index of " + grouped(graph.linked_words()) + " words by " +
                     std::string(name_of(graph.options().metric)) + ": " + grouped(graph.link_count()) + " links, " +
                     formatted("%.1f MB, made in ", static_cast<double>(report.bytes) / 1e6) +
                     formatted("%.1f s\n", report.seconds);
  if (graph.linked_words() < graph.size())
    text += grouped(graph.size() - graph.linked_words()) + " words have vectors that are near to nothing\n";
  if (!report.recall || report.recall->rows.empty()) return text;
  const IndexRecall& recall = *report.recall;
  std::vector<TableRow> rows = {{"candidates", "recall@" + std::to_string(recall.neighbors), "ms a question"}};
  for (const IndexRecall::Row& row : recall.rows)
    rows.push_back({std::to_string(row.candidates), format_estimate(row.recall, row.interval),
                    formatted("%.3f", row.seconds * 1e3)});
  rows.push_back({"all words", "1", formatted("%.3f", recall.exact_seconds * 1e3)});
  return text + "of " + grouped(recall.words) + " words, one at a time on one thread:\n" +
         to_text(rows, 1, TableStyle::text);
}

Json to_json(const IndexRecall& recall) {
  Json rows = Json::array();
  for (const IndexRecall::Row& row : recall.rows)
    rows.push_back({{"candidates", row.candidates},
                    {"recall", row.recall},
                    {"interval", to_json(row.interval)},
                    {"seconds", row.seconds}});
  return {{"words", recall.words},
          {"neighbors", recall.neighbors},
          {"exact_seconds", recall.exact_seconds},
          {"searches", rows}};
}

Json to_json(const IndexReport& report) {
  const NeighborGraph& graph = report.graph;
  const NeighborGraphOptions& options = graph.options();
  Json document = {{"output", report.output},
                   {"words", graph.size()},
                   {"linked_words", graph.linked_words()},
                   {"dimension", graph.dimension()},
                   {"metric", name_of(options.metric)},
                   {"links", options.links},
                   {"candidates", options.candidates},
                   {"seed", options.seed},
                   {"link_count", graph.link_count()},
                   {"vectors", graph.fingerprint()},
                   {"bytes", report.bytes},
                   {"seconds", report.seconds}};
  document["recall"] = report.recall ? to_json(*report.recall) : Json(nullptr);
  return document;
}

}  // namespace equivec

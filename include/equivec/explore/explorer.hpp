#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Vectors to look at, and their name in messages and on the page: mostly their file.
struct ExploredVectors {
  std::string name;
  Embeddings embeddings;
  /// Along its links neighbours and analogies are found, if it is given; else all words are compared. Of the reference,
  /// and of a page that is a file, it is not used.
  std::optional<NeighborGraph> graph = {};
  int candidates = ApproximateOptions().candidates;  ///< of these searches
};

struct ExplorerOptions {
  /// Words on the map, the first so many: at least 3. Of a page that is a file, also those that it can be asked for.
  std::size_t words = 1000000;
  /// If the vectors hold no places (map/word_map.hpp), so many words are laid out by their neighbours before the page
  /// is served: the first; 0: none.
  std::size_t map_words = 20000;
  std::vector<AnalogySet> analogies = {};  ///< what the page can evaluate the vectors on, by name
  std::vector<SimilaritySet> similarities = {};
  std::uint64_t seed = 1;  ///< of the layout, of debiasing and of measures
  int threads = 0;         ///< 0: all cores, of each answer
  /// Where the page is served: "127.0.0.1" means this machine alone, by IPv4 and IPv6. Another address can be reached
  /// from outside, without encryption.
  std::string host = "127.0.0.1";
  int port = 0;         ///< 0: one that is free
  bool framed = false;  ///< pages of this machine's other ports may show it in a frame, as notebooks do
};

/// Throws OptionError naming the setting that is out of range.
void validate(const ExplorerOptions& options);

/// Serves a page in which people look at vectors: a map, neighbours, analogies, axes, bias, before and after debiasing.
/// Answers are exact, over all words, unless a graph is given. Whoever has the address can ask for the vectors' words
/// and cosines; nobody can change anything or name a file.
class Explorer {
 public:
  /// The map is made and the page is served when the constructor returns. A reference is drawn as "before"; words that
  /// it lacks have no place there. Stages: those of word_map(). Throws Error if there are fewer than three words, or if
  /// it cannot listen at the host and port, or if the graph is not of as many vectors; OptionError, also for a graph
  /// that is not by cosine; Cancelled.
  Explorer(ExploredVectors vectors, std::optional<ExploredVectors> reference = {}, const ExplorerOptions& options = {},
           const Reporting& reporting = {});
  Explorer(const Explorer&) = delete;
  Explorer& operator=(const Explorer&) = delete;
  /// Ends all connections and the work for them.
  ~Explorer();

  /// "http://127.0.0.1:43211/#token=...": the secret part is in the fragment, which browsers do not send.
  const std::string& address() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The same page as one file that needs no server: HTML with options.words words, their map, and vectors of 8 bits by
/// which it answers. The same bytes for the same input and options. Of the options words, map_words, seed and threads
/// count. Throws as Explorer().
std::string explorer_page(ExploredVectors vectors, std::optional<ExploredVectors> reference = {},
                          const ExplorerOptions& options = {}, const Reporting& reporting = {});

}  // namespace equivec

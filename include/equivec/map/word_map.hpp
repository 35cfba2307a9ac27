#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// How words get their places in the plane.
enum class MapMethod {
  /// Words that are near each other stay so: the graph of each word's nearest neighbours by cosine, with the weights of
  /// UMAP (McInnes, Healy and Melville 2018, sections 3.1 and 3.2), is laid out by its attraction along sampled edges
  /// and repulsion between words drawn at random, as LargeVis has them (Tang et al. 2016).
  neighbors,
  /// The first two principal components of the vectors, scaled to length 1 and centred.
  pca,
  tsne  ///< exact t-SNE (van der Maaten and Hinton 2008) of the vectors, scaled to length 1; at most 10,000 words
};
inline constexpr std::array map_methods = {MapMethod::neighbors, MapMethod::pca, MapMethod::tsne};
/// "neighbors", "pca", "tsne".
std::string_view name_of(MapMethod method);

struct MapOptions {
  MapMethod method = MapMethod::neighbors;
  int neighbors = 15;  ///< of each word in the graph, 2 to 200: more show more of the whole, fewer more of its parts
  double min_distance = 0.1;  ///< how near words may come, 0 to 1; the map's scale is that of UMAP
  /// Of tsne: so many neighbours count, 2 to 1000; at most a third of the words, else that is taken.
  double perplexity = 30;
  int epochs = 0;          ///< of the layout; 0: 500 for up to 10,000 words, 200 for more; of tsne 1000
  std::uint64_t seed = 1;  ///< of the draws of neighbors; tsne draws nothing
  int threads = 0;         ///< 0: all cores; the result is the same for any number
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const MapOptions& options);

/// A place for each word, size() x 2, centred. Words whose vector is zero or not finite stand in the middle of the
/// principal components and repel nobody; of tsne they are as far from all others. The same result for any number of
/// threads. Stages: neighbours of words, epochs. Throws Error for fewer than three words, and for more than 10,000 by
/// tsne; OptionError; Cancelled.
Matrix word_map(const Embeddings& embeddings, const MapOptions& options = {}, const Reporting& reporting = {});
/// The same vectors with these places, and metadata that say how they were made: map = "neighbors", and what of
/// the options counts: map_neighbors, map_min_distance, map_perplexity, map_epochs, map_seed.
Embeddings with_map(const Embeddings& embeddings, const MapOptions& options = {}, const Reporting& reporting = {});

}  // namespace equivec

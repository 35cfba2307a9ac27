#include "equivec/map/word_map.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/map/graph_layout.hpp"
#include "src/map/weighted_graph.hpp"
#include "src/map/principal_plane.hpp"
#include "src/map/tsne.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace equivec {

namespace {

int epochs_of(const MapOptions& options, std::size_t words) {
  if (options.epochs > 0) return options.epochs;
  return options.method == MapMethod::tsne ? 1000 : words <= 10000 ? 500 : 200;
}

Matrix by_neighbors(const Embeddings& embeddings, Eigen::MatrixXd places, const MapOptions& options,
                    const Reporting& reporting) {
  auto stage = reporting.begin("comparing words", "blocks");
  const WeightedGraph graph =
      weighted_graph(embeddings, embeddings.size(), options.neighbors, options.threads, reporting.progress);
  // As UMAP begins: within ten of the middle, with a little noise that parts words of the same vector.
  const double largest = places.cwiseAbs().maxCoeff();
  if (largest > 0) places *= 10 / largest;
  Rng noise(options.seed, ~std::uint64_t{0});
  for (double& coordinate : places.reshaped()) coordinate += 1e-4 * (noise.uniform_double() - 0.5);
  Matrix result = places.cast<float>();
  stage = nullptr;
  stage = reporting.begin("laying out", "epochs");
  lay_out(graph, result,
          {.min_distance = options.min_distance,
           .epochs = epochs_of(options, embeddings.size()),
           .seed = options.seed,
           .threads = options.threads},
          reporting.progress);
  return result;
}

Matrix by_tsne(const Embeddings& embeddings, Eigen::MatrixXd places, const MapOptions& options,
               const Reporting& reporting) {
  constexpr std::size_t most_words = 10000;  // every pair takes memory and time
  if (embeddings.size() > most_words)
    throw Error("t-SNE is for at most 10,000 words, there are " + grouped(embeddings.size()) +
                "; take fewer, or the method neighbors");
  Eigen::MatrixXd rows(places.rows(), embeddings.dimension());
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    rows.row(i) = unit_vector(embeddings[word_id(static_cast<std::size_t>(i))]).transpose();
  const double deviation = std::sqrt(places.col(0).squaredNorm() / static_cast<double>(places.rows()));
  if (deviation > 0) places *= 1e-4 / deviation;  // as scikit-learn begins
  Matrix result = places.cast<float>();
  const auto stage = reporting.begin("laying out", "epochs");
  lay_out_by_tsne(rows, result,
                  {.perplexity = std::min(options.perplexity, static_cast<double>(places.rows()) / 3),
                   .epochs = epochs_of(options, embeddings.size()),
                   .threads = options.threads},
                  reporting.progress);
  return result;
}

}  // namespace

std::string_view name_of(MapMethod method) {
  switch (method) {
    case MapMethod::neighbors:
      return "neighbors";
    case MapMethod::pca:
      return "pca";
    case MapMethod::tsne:
      return "tsne";
  }
  return {};
}

void validate(const MapOptions& options) {
  require_between("neighbors", options.neighbors, 2, 200);
  require_between("min-distance", options.min_distance, 0.0, 1.0);
  require_between("perplexity", options.perplexity, 2.0, 1000.0);
  require_between("epochs", options.epochs, 0, 100000);
  require_between("threads", options.threads, 0, 4096);
}

Matrix word_map(const Embeddings& embeddings, const MapOptions& options, const Reporting& reporting) {
  validate(options);
  const std::size_t words = embeddings.size();
  if (words < 3) throw Error("a map needs three words or more, there are " + std::to_string(words));
  const CancelScope scope(reporting.progress);
  const Eigen::MatrixXd places = places_in(principal_plane(embeddings, words, options.threads, reporting.progress),
                                           embeddings, words, options.threads, reporting.progress);
  if (options.method == MapMethod::pca) return places.cast<float>();

  Matrix result = options.method == MapMethod::tsne ? by_tsne(embeddings, places, options, reporting)
                                                    : by_neighbors(embeddings, places, options, reporting);
  result.rowwise() -= result.colwise().mean();
  return result;
}

Embeddings with_map(const Embeddings& embeddings, const MapOptions& options, const Reporting& reporting) {
  Embeddings result = embeddings.with_places(word_map(embeddings, options, reporting));
  Metadata metadata = embeddings.metadata();
  std::erase_if(metadata, [](const auto& entry) { return entry.first.starts_with("map_"); });
  metadata["map"] = name_of(options.method);
  if (options.method != MapMethod::pca) metadata["map_epochs"] = std::to_string(epochs_of(options, embeddings.size()));
  if (options.method == MapMethod::tsne) metadata["map_perplexity"] = shortest(options.perplexity);
  if (options.method == MapMethod::neighbors) {
    metadata["map_neighbors"] = std::to_string(options.neighbors);
    metadata["map_min_distance"] = shortest(options.min_distance);
    metadata["map_seed"] = std::to_string(options.seed);
  }
  return result.with_metadata(std::move(metadata));
}

}  // namespace equivec

#pragma once

#include "equivec/sequence/model.hpp"
#include "src/sequence/network.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// What a network is made from, beside its vectors.
struct NetworkShape {
  SequenceTask task = SequenceTask::classify;
  SequenceModelOptions options;
  std::vector<std::string> labels;
  int window = 64;   ///< of a language model
  bool bio = false;  ///< of a tagger with a CRF: tags keep the rules of BIO
};

/// The label of units that are not in the vocabulary of a language model or of a target.
inline constexpr std::string_view unknown_unit = "<unk>";
inline constexpr std::int64_t unknown_label_of_stream = 0, unknown_label_of_target = 1;

struct SequenceModel::State {
  NetworkShape shape;
  std::map<std::string, std::int64_t, std::less<>> numbers;  ///< of labels
  std::shared_ptr<SequenceNetwork> network;
  Metadata metadata;  ///< how it was made

  /// The number of a label; empty if there is none.
  std::optional<std::int64_t> number_of(std::string_view label) const {
    const auto found = numbers.find(label);
    return found == numbers.end() ? std::nullopt : std::optional(found->second);
  }
};

std::map<std::string, std::int64_t, std::less<>> numbers_of_labels(const std::vector<std::string>& labels);

/// A network with parameters as drawn.
std::shared_ptr<SequenceNetwork> make_network(const NetworkShape& shape, TokenVectors vectors);

/// How many parameters such a network has beside its vectors, and bytes that a step of training takes for them and for
/// the states of its units.
struct NetworkSize {
  double parameters, bytes_of_training;
};
/// width: of a word's vector. own: numbers of vectors that are trained. units: of a step, filled up.
NetworkSize network_size(const NetworkShape& shape, double width, double own, double units);

/// The shape as one JSON text, without its labels; and back. Throws Error naming the file if it is none.
std::string description_of(const NetworkShape& shape);
NetworkShape shape_from(const std::string& description, const std::string& file);

}  // namespace equivec

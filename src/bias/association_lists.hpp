#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// Shared by the measures of association: checks of queries, and vectors of length 1.

/// The numbers of lists that a measure takes. 0: one or more.
struct ListCounts {
  std::size_t targets, attributes;
};

/// Throws Error unless the query has these numbers of lists and none is empty.
void require_lists(std::string_view measure, const AssociationQuery& query, ListCounts counts);

/// Throws Error if a word is twice in a list. `kind` is "target" or "attribute", also in the next function.
void require_different(const Vocabulary& vocabulary, std::string_view kind,
                       const std::vector<std::vector<WordId>>& lists);

/// Throws Error if a word is in two lists.
void require_disjoint(const Vocabulary& vocabulary, std::string_view kind,
                      const std::vector<std::vector<WordId>>& lists);

/// The word in quotes, for messages.
std::string named(const Vocabulary& vocabulary, WordId word);

/// Separately allocated vectors, so that all have the same alignment and sums of equal vectors have equal bits.
using Vectors = std::vector<Eigen::VectorXd>;

/// The vector of a word scaled to length 1. Throws Error if it is zero or not finite.
Eigen::VectorXd required_unit_vector(const Embeddings& embeddings, WordId word);

/// The vectors of each list, scaled to length 1. Throws Error for one that is zero or not finite.
std::vector<Vectors> unit_vectors(const Embeddings& embeddings, const std::vector<std::vector<WordId>>& lists);

/// REQUIRES: not empty.
Eigen::VectorXd mean_of(const Vectors& vectors);
double mean_of(std::span<const double> numbers);

/// (mean of first - mean of second) / standard deviation of both together; empty if all values are the same to 1e-12,
/// which is what rounding makes of equal ones. REQUIRES: neither is empty.
std::optional<double> effect_size(std::span<const double> first, std::span<const double> second, Deviation deviation);

}  // namespace equivec

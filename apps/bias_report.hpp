#pragma once

#include "apps/query.hpp"

#include "equivec/bias.hpp"
#include "equivec/word_sets.hpp"

#include <string>

// What the commands bias and debias both tell.

/// The subspace that word sets span in some vectors.
struct SubspaceReport {
  equivec::BiasSubspace subspace;
  std::size_t sets_used = 0, sets_given = 0;
  equivec::WordSet missing;
  std::string first_pole, last_pole;  ///< words at the two ends of the first direction: "woman", "man"
};

/// Throws equivec::Error if no definitional set is in the vocabulary.
SubspaceReport find_subspace(const equivec::Embeddings& embeddings, const equivec::BiasWordSets& sets, int rank);

void print(const SubspaceReport& report, const std::string& name);
Json to_json(const SubspaceReport& report);

/// Direct bias of the occupations.
struct OccupationBias {
  equivec::DirectBias bias;
  equivec::WordSet missing;
  double strictness = 1;
};
OccupationBias measure_occupations(const equivec::Embeddings& embeddings, const equivec::BiasSubspace& subspace,
                                   const equivec::BiasWordSets& sets, double strictness);

/// The value, and the `count` words nearest to each pole.
void print(const OccupationBias& measured, const SubspaceReport& report, const equivec::Vocabulary& vocabulary,
           int count);
Json to_json(const OccupationBias& measured, const equivec::BiasWordSets& sets, const equivec::Vocabulary& vocabulary);

/// Words with blanks between, the first `most` of them.
std::string list(const equivec::WordSet& words, std::size_t most = 12);

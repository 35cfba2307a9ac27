#pragma once

#include "equivec/base/export.hpp"
#include "equivec/train/word2vec.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Words of a vocabulary that occur about as often.
struct WordClass {
  double count = 0;  ///< occurrences of one of them
  double words = 0;  ///< how many there are
};

/// Words by the law of Zipf and Mandelbrot: the word of rank r = 1, 2, ... makes up a share of the text that is
/// proportional to 1 / (r + 2.7). Exact for the first thousands, then in classes of a few per cent.
std::vector<WordClass> zipf_classes(double words, double vocabulary);

/// A training of skip-gram with negative sampling that is to run over ranks, one on each of some machines (nodes).
struct ScaleQuestion {
  double words = 0;  ///< of the text that are in the vocabulary
  double vocabulary = 0;
  int nodes = 1;
  Word2VecOptions training = {};  ///< threads: of a node; not 0
  double network = 25;            ///< of a node, in 10^9 bits a second
  double latency = 30;            ///< of a message, in microseconds
  double memory = 0;              ///< of a node, in bytes; 0: not limited
  double memory_rate = 0;         ///< of a node, in bytes a second; 0: 4 x 10^9 for each thread
  double words_per_second = 0;    ///< that one thread trains; 0: what was measured (seconds_of_word)
};

/// Throws OptionError.
void validate(const ScaleQuestion& question);

/// What a training takes, by a model of latencies and rates (alpha-beta). Times are in seconds; what is for each rank
/// is the mean of the ranks.
struct ScalePlan {
  int ranks = 1;
  double table_bytes = 0;     ///< of a rank: tables, what they were when they were last merged, moments
  double corpus_bytes = 0;    ///< of a rank: ids of its share, in memory or in a temporary file
  bool fits = true;           ///< tables in the memory of a node
  double node_speed = 0;      ///< words a second
  bool memory_bound = false;  ///< the memory's rate, not arithmetic, sets that
  double counting = 0;        ///< reading, counting, and giving each rank its chunks
  double computing = 0;       ///< of one epoch
  double merging = 0;         ///< of one epoch: the work of the thread that packs, adds and sends
  double sending = 0;         ///< of one epoch: the network, which training does not wait for unless it is slower
  double merges_of_row = 0;   ///< in the whole training, mean over rows
  double bytes_of_word = 0;   ///< sent by a rank for each word that it trains
  double network_share = 0;   ///< of the network's rate that is used, 0..1
  double epoch = 0;           ///< the longest of computing, merging and sending
  double total = 0;           ///< counting, and all epochs
  std::string limit = {};     ///< "arithmetic", "memory's rate", "merging" or "network"
};

/// classes: of the vocabulary, whose counts add up to the words of the text.
ScalePlan plan_of(const ScaleQuestion& question, std::span<const WordClass> classes, int ranks);
/// The same by Zipf's law.
ScalePlan plan_of(const ScaleQuestion& question, int ranks);

/// The most ranks, up to the nodes there are, that have three quarters of the speed that each would have alone.
int advised_ranks(const ScaleQuestion& question);

/// Seconds that one thread takes for a word of the text, as measured.
double seconds_of_word(int dimension) noexcept;

/// Sentences that say what plan_of() takes for granted.
std::vector<std::string> assumptions(const ScaleQuestion& question);

}  // namespace equivec

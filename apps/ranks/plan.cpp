#include "apps/ranks/plan.hpp"

#include "equivec/train/scale_plan.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// False if help was shown instead.
bool parse(std::span<const std::string> arguments, ScaleQuestion& question, bool& json) {
  Word2VecOptions& training = question.training;
  double memory = question.memory / 1e9, memory_rate = 0;
  Options options("plan --words N --vocabulary N [options]",
                  "Says what memory, time and network a training of skip-gram over ranks would take, one rank on each "
                  "machine (node), by a model whose assumptions it prints. Reads nothing.");
  options.add("words", question.words, "of the text, as 1e12")
      .required("words")
      .add("vocabulary", question.vocabulary, "words with vectors")
      .required("vocabulary")
      .add("nodes", question.nodes, "machines")
      .add("network", question.network, "of a node, in Gbit/s")
      .add("latency", question.latency, "of a message, in microseconds")
      .add("memory", memory, "of a node, in GB; by default this one's")
      .add("memory-rate", memory_rate, "of a node, in GB/s; 0: 4 for each thread")
      .add("threads", training.threads, "of a node; by default this one's")
      .add("words-per-second", question.words_per_second, "that one thread trains; 0: as measured elsewhere")
      .add("dimension,size,dim", training.dimension, "length of a vector")
      .add("window,ws", training.window, "words on each side that count as context")
      .add("negatives,negative,neg", training.negatives, "noise words that each pair is weighed against")
      .add("epochs,epoch,iter", training.epochs, "passes over the corpus")
      .add("subsample,sample", training.subsample, "drop words at random that are a larger share of text; 0 drops none")
      .add("json", json, "one JSON document");
  if (!options.parse(arguments)) return false;
  question.memory = memory * 1e9;
  question.memory_rate = memory_rate * 1e9;
  validate(question);
  return true;
}

std::string duration(double seconds) {
  if (seconds < 120) return formatted("%.3g s", seconds);
  if (seconds < 7200) return formatted("%.3g min", seconds / 60);
  if (seconds < 172800) return formatted("%.3g h", seconds / 3600);
  return formatted("%.3g days", seconds / 86400);
}

/// What is to be done, in a sentence each.
std::vector<std::string> advice(const ScaleQuestion& question, const ScalePlan& plan) {
  std::vector<std::string> result;
  if (!plan.fits)
    result.push_back("replicas do not fit: a rank needs " + formatted("%.3g GB", plan.table_bytes / 1e9) +
                     ", a node has " + formatted("%.3g GB", question.memory / 1e9) +
                     "; take fewer words (--min-count, --max-size) or shorter vectors");
  const int ranks = advised_ranks(question);
  result.push_back(ranks == question.nodes
                       ? "take all nodes: each has three quarters of the speed that it would have alone, or more"
                       : "take " + grouped(static_cast<std::uint64_t>(ranks)) + (ranks == 1 ? " rank" : " ranks") +
                             ": of more, each has less than three quarters of the "
                             "speed that it would have alone (all would take " +
                             duration(plan_of(question, ranks).total) + ")");
  if (question.nodes > 16) result.push_back("quality has been measured up to 16 ranks only");
  return result;
}

Json document_of(const ScaleQuestion& question, const ScalePlan& plan) {
  return {{"ranks", plan.ranks},
          {"table_bytes", plan.table_bytes},
          {"corpus_bytes", plan.corpus_bytes},
          {"fits", plan.fits},
          {"words_per_second_of_node", plan.node_speed},
          {"seconds_counting", plan.counting},
          {"seconds_computing", plan.computing},
          {"seconds_merging", plan.merging},
          {"seconds_sending", plan.sending},
          {"seconds_epoch", plan.epoch},
          {"seconds", plan.total},
          {"merges_of_row", plan.merges_of_row},
          {"bytes_sent_of_word", plan.bytes_of_word},
          {"network_share", plan.network_share},
          {"limit", plan.limit},
          {"advised_ranks", advised_ranks(question)},
          {"advice", advice(question, plan)},
          {"assumptions", assumptions(question)}};
}

void show(const ScaleQuestion& question, const ScalePlan& plan) {
  const auto count = [](double number) { return grouped(static_cast<std::uint64_t>(number)); };
  std::cout << plan.ranks << (plan.ranks == 1 ? " rank" : " ranks") << ", " << count(question.words) << " words, "
            << count(question.vocabulary) << " of them with vectors of dimension " << question.training.dimension
            << "\n"
            << "memory     " << formatted("%.3g GB", plan.table_bytes / 1e9) << " a rank for vectors; "
            << formatted("%.3g GB", plan.corpus_bytes / 1e9) << " for its text, which may be in a temporary file\n"
            << "counting   " << duration(plan.counting) << '\n'
            << "an epoch   " << duration(plan.epoch) << ": " << duration(plan.computing) << " of training at "
            << count(plan.node_speed) << " words/s a node; meanwhile " << duration(plan.merging) << " of merging, "
            << duration(plan.sending) << " of sending\n"
            << "merging    " << formatted("%.3g", plan.merges_of_row) << " times a row; "
            << formatted("%.3g", plan.bytes_of_word) << " bytes sent a rank for each word it trains, "
            << formatted("%.1f %%", 100 * plan.network_share) << " of the network\n"
            << "in all     " << duration(plan.total) << ", " << question.training.epochs
            << (question.training.epochs == 1 ? " epoch" : " epochs") << "; the limit is the " << plan.limit << '\n';
  for (const std::string& sentence : advice(question, plan)) std::cout << "advice     " << sentence << '\n';
  for (const std::string& sentence : assumptions(question)) std::cout << "assumes    " << sentence << '\n';
}

}  // namespace

int run_plan(std::span<const std::string> arguments) {
  ScaleQuestion question{.memory = static_cast<double>(memory_limit())};
  question.training.threads = thread_count(0);
  bool json = false;
  if (!parse(arguments, question, json)) return 0;
  const ScalePlan plan = plan_of(question, question.nodes);
  if (json)
    print(document_of(question, plan));
  else
    show(question, plan);
  return 0;
}

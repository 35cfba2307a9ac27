#pragma once

#include <span>
#include <string>
#include <string_view>

/// A command of the program. run() gets the arguments after the command's name, returns the exit status and may throw;
/// main turns exceptions into messages.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(std::span<const std::string> arguments);
  bool is_program = false;  ///< of commands of its own, which answers for itself: help, manual pages, completions
};

// One file each, entered in the table of main.cpp.
int run_train_skipgram(std::span<const std::string> arguments);
int run_train_cbow(std::span<const std::string> arguments);
int run_train_glove(std::span<const std::string> arguments);
int run_cooccur(std::span<const std::string> arguments);
int run_word2vec(std::span<const std::string> arguments);
int run_phrases(std::span<const std::string> arguments);
int run_tokenize(std::span<const std::string> arguments);
int run_vocab(std::span<const std::string> arguments);
int run_neighbors(std::span<const std::string> arguments);
int run_analogy(std::span<const std::string> arguments);
int run_sequence(std::span<const std::string> arguments);
int run_similarity(std::span<const std::string> arguments);
int run_shell(std::span<const std::string> arguments);
int run_outlier(std::span<const std::string> arguments);
int run_eval(std::span<const std::string> arguments);
int run_bias(std::span<const std::string> arguments);
int run_debias(std::span<const std::string> arguments);
int run_explore(std::span<const std::string> arguments);
int run_plot(std::span<const std::string> arguments);
int run_transform(std::span<const std::string> arguments);
int run_align(std::span<const std::string> arguments);
int run_drift(std::span<const std::string> arguments);
int run_stability(std::span<const std::string> arguments);
int run_merge(std::span<const std::string> arguments);
int run_retrofit(std::span<const std::string> arguments);
int run_map(std::span<const std::string> arguments);
int run_encode(std::span<const std::string> arguments);
int run_probe(std::span<const std::string> arguments);
int run_convert(std::span<const std::string> arguments);
int run_completions(std::span<const std::string> arguments);
int run_index(std::span<const std::string> arguments);
int run_info(std::span<const std::string> arguments);

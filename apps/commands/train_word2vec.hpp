#pragma once

#include "equivec/train/recipe.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/training_options.hpp"

#include <string>

/// What the commands that train word2vec are asked to do.
struct Word2VecJob {
  TrainingFiles files;          ///< the output may be empty if there is `save_vocabulary`
  std::string contexts;         ///< where the context vectors go, or empty
  std::string save_vocabulary;  ///< word2vec.c: where the words go, or empty
  std::string validation;       ///< held-out text whose loss is reported, or empty
  int classes = 0;              ///< word2vec.c: not 0: the output is N classes of words in place of vectors
  bool dry_run = false;
  equivec::Word2VecRecipe recipe;
  ConsoleOptions console;
};

/// Reads the corpus, trains and writes, with remarks and progress. Throws as the library does.
void run_word2vec_job(Word2VecJob job);

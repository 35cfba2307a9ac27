#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"

#include "apps/cli/console.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the commands that train word2vec are asked to do.
struct Word2VecJob {
  std::string command;  ///< "train skipgram": kept in the output
  std::vector<std::string> corpus;
  std::string output, contexts;  ///< contexts: where its vectors go too, or empty
  std::string save_vocabulary;   ///< with sentence_end_row: where its words go too, or empty; then output may be empty
  std::string format_name;       ///< or empty: by the outputs' endings
  std::string vocabulary_file;   ///< or empty: the corpus' words are counted
  std::string initialize;        ///< vectors to start from, or empty
  std::string validation;        ///< text to report the loss of, or empty
  equivec::VocabularyOptions vocabulary;
  equivec::Word2VecOptions training;
  equivec::CheckpointOptions checkpoint;
  bool sentence_end_row = false;  ///< "</s>" is the first word, as in word2vec.c: counted, never trained
  int classes = 0;                ///< not 0: the output is so many classes of words instead of vectors
  bool dry_run = false;
  ConsoleOptions console;
};

/// Reads the corpus, trains and writes, with remarks and progress. Throws as the library does.
void run_word2vec_job(const Word2VecJob& job);

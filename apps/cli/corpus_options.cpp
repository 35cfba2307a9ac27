#include "apps/cli/corpus_options.hpp"

#include "equivec/base/error.hpp"

#include <filesystem>
#include <system_error>

using namespace equivec;

void add_vocabulary_options(Options& options, VocabularyOptions& vocabulary) {
  options.add("min-count,minCount", vocabulary.min_count, "leave out rarer words")
      .add("max-size,max-vocab", vocabulary.max_size, "keep only the N most frequent words; 0 keeps all")
      .add("unknown", vocabulary.unknown, "replace words left out by this one word; by default they are dropped",
           "TOKEN")
      .add("end-token", vocabulary.text.end_token, "add this word at the end of each sentence; by default none",
           "TOKEN");
}

void add_vocabulary_file_option(Options& options, std::string& file) {
  options.add("vocabulary,vocab-file,read-vocab", file, "use the words and counts of this file (from equivec vocab)",
              "FILE");
}

void add_reading_memory_option(Options& options, std::uint64_t& memory) {
  options.add_megabytes("memory", memory,
                        "megabytes that reading the corpus may take; what is more goes to temporary files (in TMPDIR); "
                        "0: three quarters of the machine's");
}

void add_cooccurrence_options(Options& options, CooccurrenceOptions& cooccurrence) {
  options.add("window,window-size", cooccurrence.window, "words on each side that count as context")
      .add_choice("symmetric", cooccurrence.symmetric, "1: words on both sides; 0: pair a word with later ones only")
      .add_choice("distance-weighting", cooccurrence.distance_weighting, "1: a pair counts 1/distance; 0: 1");
}

void add_counting_memory_option(Options& options, std::uint64_t& memory) {
  options.add_megabytes("memory", memory,
                        "megabytes that counting may take; what is more goes to temporary files (in TMPDIR); 0: three "
                        "quarters of the machine's");
}

void require_one_vocabulary(const Options& options, const std::string& vocabulary_file) {
  if (!vocabulary_file.empty() && (options.given("min-count") || options.given("max-size")))
    throw OptionError("--vocabulary gives the words; --min-count and --max-size are for equivec vocab, which makes it");
}

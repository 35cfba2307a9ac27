#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

using namespace equivec;

int run_cooccur(std::span<const std::string> arguments) {
  std::vector<std::string> paths;
  std::string output, vocabulary_file, save_vocabulary;
  CorpusCounting counting;
  ConsoleOptions console;
  Options options("cooccur CORPUS... -o FILE [options]",
                  "Counts how often each word stands near each other one, as GloVe's cooccur does, and writes its "
                  "records: a pair of words, numbered from 1 as in the vocabulary, and the count. " +
                      std::string(corpus_help));
  options.positionals("CORPUS", paths, 1)
      .add("output,o", output, "the records, 16 bytes each", "FILE")
      .required("output")
      .add("save-vocabulary,save-vocab", save_vocabulary, "also write the words and their counts there", "FILE");
  add_cooccurrence_options(options, counting.cooccurrence);
  add_vocabulary_options(options, counting.vocabulary);
  options.add("vocabulary,vocab-file,read-vocab", vocabulary_file,
              "use the words and counts of this file (from equivec vocab)", "FILE");
  add_counting_memory_option(options, counting.memory);
  options.add("threads,thread", counting.vocabulary.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  require_one_vocabulary(options, vocabulary_file);
  counting.validate();
  std::vector<std::string> outputs = {output};
  if (!save_vocabulary.empty()) outputs.push_back(save_vocabulary);
  for (const std::string& file : outputs) require_writable(file);
  const Corpus corpus = Corpus::from_paths(paths, &progress());
  require_apart(corpus, outputs);
  require_apart(std::span(&vocabulary_file, 1), outputs);
  const TrainingText text = read_training_text(corpus, vocabulary_file, counting.vocabulary, console);
  const Cooccurrences cooccurrences = count_with_remarks(text, counting.cooccurrence, console);
  {
    const ProgressLine line("writing", "", console);
    if (!save_vocabulary.empty()) write_vocabulary(save_vocabulary, text.vocabulary);
    write_cooccurrences(output, cooccurrences, &progress());
  }
  if (!console.quiet)
    remark(grouped(cooccurrences.size()) + " pairs of words; wrote " + output +
           (save_vocabulary.empty() ? "" : " and " + save_vocabulary));
  return 0;
}

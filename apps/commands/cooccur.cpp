#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/train/recipe.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/training_options.hpp"

using namespace equivec;

int run_cooccur(std::span<const std::string> arguments) {
  CorpusInput input;
  std::string output, save_vocabulary;
  CooccurrenceRecipe recipe;
  ConsoleOptions console;
  Options options("cooccur CORPUS... -o FILE [options]",
                  "Counts how often pairs of words stand near each other, as GloVe's cooccur does, and writes its "
                  "records: the two words, numbered from 1 as in the vocabulary, and the count. " +
                      std::string(corpus_help));
  options.positionals("CORPUS", input.paths, 1)
      .add("output,o", output, "the records, 16 bytes each", "FILE")
      .required("output")
      .add("save-vocabulary,save-vocab", save_vocabulary, "also write the words and their counts there", "FILE");
  add_cooccurrence_options(options, recipe.cooccurrence);
  add_text_options(options, input, recipe.words.options.text, TextHelp::hidden);
  add_word_options(options, input, recipe.words, TextHelp::hidden);
  add_vocabulary_options(options, recipe.words.options);
  add_vocabulary_file_option(options, recipe.words.file);
  add_counting_memory_option(options, recipe.memory);
  options.add("threads,thread", recipe.words.options.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  require_one_vocabulary(options, recipe.words.file);
  input.read_lists(recipe.words.options);
  validate(recipe);
  RunFiles files;
  files.writes(output);
  files.writes(save_vocabulary);
  files.reads(recipe.words.file);
  files.reads(phrase_file(recipe.words));
  if (is_first_rank()) files.require_writable();
  const Corpus corpus = input.open(files);

  const CountedText text = count_text(corpus, recipe, training_control({}, console));
  {
    const ProgressLine line("writing", "", console);
    OutputFiles outputs;
    if (!save_vocabulary.empty() && is_first_rank()) write_vocabulary(outputs, save_vocabulary, text.vocabulary);
    write_cooccurrences(outputs, output, text.cooccurrences, &progress());
    outputs.commit();
  }
  if (!console.quiet)
    remark(grouped(text.cooccurrences.size()) + " pairs of words; wrote " + output +
           (save_vocabulary.empty() ? "" : " and " + save_vocabulary));
  return 0;
}

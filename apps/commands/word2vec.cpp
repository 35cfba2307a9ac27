#include "equivec/base/error.hpp"
#include "equivec/train/word2vec.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/options.hpp"
#include "apps/commands/train_word2vec.hpp"

#include <array>

using namespace equivec;

namespace {

/// word2vec.c's numbers that switch.
bool is_on(const char* name, int value) {
  if (value != 0 && value != 1)
    throw OptionError(std::string(name) + ": expected 0 or 1, found '" + std::to_string(value) + "'");
  return value == 1;
}

}  // namespace

/// The command line of Mikolov's word2vec.c, so that scripts written for it need only another name of the program.
int run_word2vec(std::span<const std::string> arguments) {
  Word2VecJob job;
  job.recipe.command = "word2vec";
  job.recipe.training = word2vec_defaults(Word2VecModel::cbow, CbowUpdate::legacy);
  job.recipe.sentence_end_row = true;
  Word2VecOptions& training = job.recipe.training;
  std::string train;
  int cbow = 1, hierarchical = 0, negatives = training.negatives, binary = 0, debug = 2;
  Options options("word2vec -train FILE -output FILE [options]",
                  "Takes the command line of word2vec.c and does what it asks. The end of a sentence is the word </s>, "
                  "first in the output: counted, and not trained.",
                  "-");
  options
      .add("train", train, "the text: a file (plain or compressed), a directory, a glob or - (standard input)", "FILE")
      .add("output", job.files.output.file, "write the vectors, or the classes, there", "FILE")
      .add("size", training.dimension, "length of a vector")
      .add("window", training.window, "words on each side that count as context; each position draws 1 to N")
      .add("sample", training.subsample, "drop words at random that are a larger share of text; 0 drops none")
      .add("hs", hierarchical, "1: hierarchical softmax")
      .add("negative", negatives, "noise words that each pair is weighed against; 0: none (then -hs 1)")
      .add("threads", training.threads, "0: all cores (word2vec.c: 12 threads); 1 gives the same bytes every time")
      .add("iter", training.epochs, "passes over the text")
      .add("min-count", job.recipe.words.options.min_count, "leave out rarer words")
      .add("alpha", training.learning_rate, "learning rate at the start, falls to almost 0; skip-gram begins at 0.025")
      .add("classes", job.classes, "write a class for each word instead of vectors: N classes by k-means; 0: vectors")
      .add("debug", debug, "0: say nothing; 1: remarks; 2: progress too")
      .add("binary", binary, "1: write vectors as 32-bit floats; 0: as text; whatever the ending of the output")
      .add("save-vocab", job.save_vocabulary, "write the words and their counts there; then -output is not needed",
           "FILE")
      .add("read-vocab", job.recipe.words.file, "take the words and their counts from there instead of the text",
           "FILE")
      .add("cbow", cbow, "1: CBOW; 0: skip-gram");
  // As the C program does.
  const std::array<std::string, 1> help = {"--help"};
  if (!options.parse(arguments.empty() ? std::span<const std::string>(help) : arguments)) return 0;

  if (train.empty()) throw OptionError("-train is missing: the text to learn from");
  if (job.files.output.file.empty() && job.save_vocabulary.empty())
    throw OptionError("-output is missing: where the vectors go; or give -save-vocab alone, to count words");
  require_between("-size", training.dimension, 1, 65536);
  require_between("-window", training.window, 1, 1000);
  require_between("-sample", training.subsample, 0, 1);
  require_between("-negative", negatives, 0, 1000);
  require_between("-threads", training.threads, 0, 4096);
  require_between("-iter", training.epochs, 1, 1000000);
  require_at_least("-min-count", job.recipe.words.options.min_count, 0);
  require_between("-alpha", training.learning_rate, 1e-12, 100);
  require_at_least("-classes", job.classes, 0);
  require_at_least("-debug", debug, 0);

  job.files.corpus.paths = {train};
  if (!is_on("-cbow", cbow)) {
    training.model = Word2VecModel::skipgram;
    if (!options.given("alpha")) training.learning_rate = word2vec_defaults(training.model).learning_rate;
  }
  const bool tree = is_on("-hs", hierarchical);
  if (!tree && negatives == 0)
    throw OptionError("-hs 0 and -negative 0 leave nothing to learn by; give -hs 1 or -negative 5");
  training.loss = !tree            ? Word2VecLoss::negative_sampling
                  : negatives == 0 ? Word2VecLoss::hierarchical_softmax
                                   : Word2VecLoss::hierarchical_softmax_and_negative_sampling;
  if (negatives > 0) training.negatives = negatives;
  job.files.output.format_name = is_on("-binary", binary) ? "word2vec-binary" : "word2vec-text";
  job.console.quiet = debug == 0;
  job.console.no_progress = debug == 1;
  job.console.progress = debug > 1 && options.given("debug");
  run_word2vec_job(std::move(job));
  return 0;
}

#include "apps/command.hpp"
#include "apps/console.hpp"
#include "apps/options.hpp"
#include "apps/train.hpp"

#include "equivec/formats.hpp"
#include "equivec/word2vec.hpp"
#include "src/text_numbers.hpp"

#include <chrono>
#include <cstdio>

using namespace equivec;

namespace {

WindowShape window_shape_from_name(const std::string& name) {
  if (name == "shrinking") return WindowShape::shrinking;
  if (name == "fixed") return WindowShape::fixed;
  throw OptionError("--window-shape: expected shrinking or fixed, found '" + name + "'");
}

}  // namespace

int run_train_skipgram(std::span<const std::string> arguments) {
  std::vector<std::string> paths;
  std::string output, contexts, format_name, vocabulary_file, window_shape = "shrinking";
  VocabularyOptions vocabulary_options;
  SkipGramOptions training;
  ConsoleOptions console;
  Options options(
      "train skipgram CORPUS... -o OUT [options]",
      "Learns word vectors by skip-gram with negative sampling (Mikolov et al. 2013). " + std::string(corpus_help));
  options.positionals("CORPUS", paths, 1)
      .add("output,o", output, "the vectors; .safetensors, .vec, .bin, .txt or .npy names the format", "OUT")
      .required("output")
      .add("format", format_name, "native, word2vec-text, word2vec-binary, glove-text, npy, whatever OUT's ending",
           "NAME")
      .add("contexts", contexts, "also write the context vectors (word2vec.c's syn1neg) there", "OUT")
      .add("dimension,size,dim", training.dimension, "length of a vector")
      .add("window,ws", training.window, "words on each side that count as context")
      .add("window-shape", window_shape, "shrinking: each position draws 1 to window; fixed: always all", "NAME")
      .add("negatives,negative,neg", training.negatives, "noise words drawn for each window")
      .add("epochs,epoch,iter", training.epochs, "passes over the corpus")
      .add("learning-rate,alpha,lr", training.learning_rate, "at the start; falls linearly to almost 0")
      .add("subsample,sample", training.subsample,
           "drop words at random that are a larger share of the text; 0 drops none")
      .add("noise-exponent,ns-exponent", training.noise_exponent, "noise words are drawn by count to this power");
  add_vocabulary_options(options, vocabulary_options);
  options.add("vocabulary,read-vocab", vocabulary_file, "use the words and counts of this file (from equivec vocab)",
              "FILE");
  add_memory_option(options, vocabulary_options);
  options.add("threads,thread", training.threads, "0: all cores; only 1 gives the same bits on every run")
      .add("seed", training.seed, "of all that is drawn at random");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  training.window_shape = window_shape_from_name(window_shape);
  vocabulary_options.threads = training.threads;
  validate(training);
  validate(vocabulary_options);
  if (!vocabulary_file.empty() && (options.given("min-count") || options.given("max-size")))
    throw OptionError("--vocabulary gives the words; --min-count and --max-size are for equivec vocab, which makes it");
  const Format format = format_name.empty() ? format_from_extension(output) : format_from_name(format_name);
  const Format contexts_format = contexts.empty()      ? format
                                 : format_name.empty() ? format_from_extension(contexts)
                                                       : format;
  // Before hours of training, not after.
  require_writable(output);
  if (!contexts.empty()) require_writable(contexts);
  const Corpus corpus = Corpus::from_paths(paths, &progress());
  std::vector<std::string> outputs = {output};
  if (!contexts.empty()) outputs.push_back(contexts);
  require_apart(corpus, outputs);

  const TrainingText text = read_training_text(corpus, vocabulary_file, vocabulary_options, console);
  const auto start = std::chrono::steady_clock::now();
  SkipGramVectors vectors = [&] {
    const ProgressLine line("training", "words", console);
    return train_skipgram(text.corpus, text.vocabulary, training, &progress());
  }();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  Metadata metadata = training_metadata("train skipgram", text, vocabulary_file, vocabulary_options);
  metadata.insert({{"vectors", "words"},
                   {"dimension", shortest(training.dimension)},
                   {"window", shortest(training.window)},
                   {"window_shape", window_shape},
                   {"negatives", shortest(training.negatives)},
                   {"epochs", shortest(training.epochs)},
                   {"learning_rate", shortest(training.learning_rate)},
                   {"subsample", shortest(training.subsample)},
                   {"noise_exponent", shortest(training.noise_exponent)},
                   {"threads", shortest(training.threads)},
                   {"seed", shortest(training.seed)}});
  {
    const ProgressLine line("writing", "", console);
    write_embeddings(output, Embeddings(text.vocabulary, std::move(vectors.words), metadata), format, &progress());
    if (!contexts.empty()) {
      metadata["vectors"] = "contexts";
      write_embeddings(contexts, Embeddings(text.vocabulary, std::move(vectors.contexts), metadata), contexts_format,
                       &progress());
    }
  }
  if (!console.quiet) {
    const double words = static_cast<double>(text.corpus.words()) * training.epochs;
    char took[64] = "";
    if (seconds >= 0.1)
      std::snprintf(took, sizeof took, " in %.1f s (%s words/s)", seconds,
                    grouped(static_cast<std::uint64_t>(words / seconds)).c_str());
    remark("trained " + grouped(static_cast<std::uint64_t>(words)) + " words" + took + "; wrote " + output +
           (contexts.empty() ? "" : " and " + contexts));
  }
  return 0;
}

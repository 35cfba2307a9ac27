#include "apps/commands/train_word2vec.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/search/word_classes.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

#include <array>
#include <iostream>

using namespace equivec;

namespace {

constexpr std::array window_shapes = {WindowShape::shrinking, WindowShape::fixed};
constexpr std::array cbow_updates = {CbowUpdate::gradient, CbowUpdate::legacy};

/// False if help was shown instead.
bool parse(std::span<const std::string> arguments, Word2VecJob& job) {
  Word2VecRecipe& recipe = job.recipe;
  Word2VecOptions& training = recipe.training;
  const bool cbow = training.model == Word2VecModel::cbow;
  std::string window_shape(name_of(training.window_shape)), loss(name_of(training.loss)),
      cbow_update(name_of(training.cbow_update)), subwords;
  Options options("train " + std::string(name_of(training.model)) + " CORPUS... -o OUT [options]",
                  "Learns word vectors by " + std::string(cbow ? "CBOW" : "skip-gram") + " (Mikolov et al. 2013). " +
                      std::string(corpus_help));
  options.positionals("CORPUS", job.files.corpus.paths, 1);
  add_output_options(options, job.files);
  options.add("contexts", job.contexts, "also write the context vectors (word2vec.c's syn1neg) there", "OUT")
      .add("loss", loss, "or hierarchical-softmax, both with a + between, softmax (slow)",
           {"NAME", all_names(word2vec_losses)})
      .add("dimension,size,dim", training.dimension, "length of a vector")
      .add("window,ws", training.window, "words on each side that count as context")
      .add("window-shape", window_shape, "shrinking: each position draws 1 to window; fixed: always all",
           {"NAME", all_names(window_shapes)})
      .add("negatives,negative,neg", training.negatives, "noise words that each pair is weighed against")
      .add("epochs,epoch,iter", training.epochs, "passes over the corpus")
      .add("learning-rate,alpha,lr", training.learning_rate, "at the start; falls linearly to almost 0")
      .add("subsample,sample", training.subsample, "drop words at random that are a larger share of text; 0 drops none")
      .add("noise-exponent,ns-exponent", training.noise_exponent, "noise words are drawn by count to this power");
  options.add("subwords", subwords, "make words of their n-grams of so many characters, as 3..6", "RANGE");
  options.without_help().add("buckets", training.buckets, "of n-grams").with_help();
  if (!cbow)
    options.add("group", training.group, "windows trained in one step; 0: 5 with negative sampling, else 1")
        .without_help()
        .add("group-noise", training.group_noise, "noise words that a group draws; 0: about 0.44 x group x negatives")
        .add("partition", training.partitioned, "of equivec-ranks: each rank has a part of the tables")
        .with_help();
  if (cbow)
    options.add("cbow-update", cbow_update, "gradient: contexts share the step; legacy: each takes all of it",
                {"NAME", all_names(cbow_updates)});
  add_text_options(options, job.files.corpus, recipe.words.options.text, TextHelp::hidden);
  add_word_options(options, job.files.corpus, recipe.words, TextHelp::hidden);
  add_vocabulary_options(options, recipe.words.options);
  add_vocabulary_file_option(options, recipe.words.file);
  add_reading_memory_option(options, recipe.words.options.memory);
  add_start_options(options, job.files);
  options.add("validation", job.validation, "report the loss on this held-out text after each epoch", "FILE")
      .add("threads,thread", training.threads, "0: all cores; only 1 gives the same bits on every run")
      .add("replicas", training.replicas, "of the tables; 0: one for each group of cores with a common cache")
      .add("deterministic", training.deterministic, "the same bits for any number of threads, at more cost")
      .add("seed", training.seed, "of all that is drawn at random")
      .add("dry-run", job.dry_run, "only show how much memory and time training would take");
  options.without_help()
      .add("resample", recipe.words.resample, "not 0: train on a bootstrap resample of the text, with this seed")
      .with_help();
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return false;
  training.loss = value_named(loss, "loss", word2vec_losses);
  training.window_shape = value_named(window_shape, "window-shape", window_shapes);
  training.cbow_update = value_named(cbow_update, "cbow-update", cbow_updates);
  if (!subwords.empty()) training.subwords = ngram_lengths(subwords);
  if (!options.given("learning-rate"))
    training.learning_rate =
        word2vec_defaults(training.model, training.cbow_update, training.subwords.longest > 0).learning_rate;
  require_one_vocabulary(options, recipe.words.file);
  job.files.corpus.read_lists(recipe.words.options);
  require_checkpoint(options, job.files);
  return true;
}

int run_train(Word2VecModel model, std::span<const std::string> arguments) {
  Word2VecJob job;
  job.recipe.training = word2vec_defaults(model);
  if (parse(arguments, job)) run_word2vec_job(std::move(job));
  return 0;
}

/// Throws unless the job can be done: before hours of training, not after.
void require_feasible(const Word2VecJob& job) {
  VocabularyOptions counting = job.recipe.words.options;
  counting.threads = job.recipe.training.threads;
  validate(counting);
  validate(job.files.checkpoint_options());
  if (!job.contexts.empty() && job.recipe.training.loss == Word2VecLoss::hierarchical_softmax)
    throw OptionError("--contexts: with hierarchical softmax the nodes of a tree have vectors, not the contexts");
  if (!job.contexts.empty() && job.recipe.training.partitioned)
    throw OptionError("--contexts: of partitioned tables the words' vectors alone are gathered; leave it out");
}

/// All but the files of the corpus.
RunFiles files_of(const Word2VecJob& job) {
  const VectorsOutput& output = job.files.output;
  RunFiles files;
  if (job.classes > 0)
    files.writes(output.file);
  else if (!output.file.empty())
    output.add_to(files);
  if (!job.contexts.empty()) files.writes(files_written(job.contexts, output.format_of(job.contexts)));
  files.writes(job.save_vocabulary);
  files.writes(job.files.checkpoint);
  files.writes(job.files.log);
  files.reads(std::array{job.recipe.words.file, job.validation});
  files.reads(files_read(job.files.initialize));
  files.reads(phrase_file(job.recipe.words));
  return files;
}

/// word2vec.c's words, the end of a sentence first, which are written if asked for.
void count_as_word2vec_c(Word2VecJob& job, const Corpus& corpus) {
  WordsRecipe words = job.recipe.words;
  words.options.threads = job.recipe.training.threads;
  const Vocabulary vocabulary = word2vec_vocabulary(corpus, words, console_reporting(job.console));
  job.recipe.words.known = vocabulary;
  if (!job.save_vocabulary.empty()) {
    write_vocabulary(job.save_vocabulary, vocabulary);
    if (!job.console.quiet)
      remark(grouped(vocabulary.size()) + " words, " + grouped(vocabulary.total_count()) + " occurrences; wrote " +
             job.save_vocabulary);
  }
  if (!job.files.output.file.empty() && static_cast<std::size_t>(job.classes) > vocabulary.size())
    throw OptionError("-classes must be at most " + std::to_string(vocabulary.size()) + ", the number of words, got " +
                      std::to_string(job.classes));
}

void show_estimate(const Word2VecEstimate& estimate) {
  show_tables(estimate.tables);
  if (estimate.words_per_second == 0) {
    std::cout << "training time was not measured, since "
              << (ranks() ? "several ranks train: equivec-ranks plan projects it\n"
                          : "the tables take more than a quarter of the memory\n");
    return;
  }
  const double seconds = static_cast<double>(estimate.words) / estimate.words_per_second;
  std::cout << "training would take about " << formatted(seconds < 10 ? "%.1f s" : "%.0f s", seconds) << " ("
            << grouped(estimate.words) << " words at " << grouped(static_cast<std::uint64_t>(estimate.words_per_second))
            << " words/s, measured)\n";
}

void write(const Word2VecJob& job, const TrainedVectors& trained) {
  VectorsOutput output = job.files.output;
  output.quiet = job.console.quiet;
  if (job.classes > 0) {
    const ProgressLine line("finding classes", "words", job.console);
    return write_classes(output.file, trained.vectors.vocabulary(),
                         kmeans_classes(trained.vectors, job.classes, 10, job.recipe.training.threads, &progress()));
  }
  const ProgressLine line("writing", "", job.console);
  OutputFiles files;
  within_threads(job.recipe.training.threads, [&] {
    output.write(files, trained.vectors, trained.contexts ? &*trained.contexts : nullptr);
    if (!job.contexts.empty())
      write_embeddings(files, job.contexts, trained.contexts.value(), output.format_of(job.contexts), &progress());
  });
  files.commit();
}

}  // namespace

void run_word2vec_job(Word2VecJob job) {
  Word2VecRecipe& recipe = job.recipe;
  RunFiles files = files_of(job);
  require_feasible(job);
  if (!job.dry_run && is_first_rank()) files.require_writable();
  const Corpus corpus = job.files.corpus.open(files);

  const TrainingControl control = training_control(job.files, job.console);
  recipe.initial_name = job.files.initialize;
  if (recipe.sentence_end_row) {
    count_as_word2vec_c(job, corpus);
    if (job.files.output.file.empty()) return;
  }
  if (!job.validation.empty())
    recipe.validation = Corpus::from_paths(std::span(&job.validation, 1), job.files.corpus.source, &progress());
  const Word2VecText text = prepare_word2vec(corpus, recipe, control);
  if (job.dry_run) return show_estimate(estimate_word2vec(text, &progress()));
  const TrainedVectors trained =
      train_or_say_what_is_kept(control.checkpoint, [&] { return train_word2vec(text, recipe, control); });
  if (!is_first_rank()) return;
  write(job, trained);
  if (!job.console.quiet)
    remark_trained(trained, "words",
                   named_outputs(std::array{job.files.output.file, job.contexts, job.files.output.description}));
}

int run_train_skipgram(std::span<const std::string> arguments) { return run_train(Word2VecModel::skipgram, arguments); }
int run_train_cbow(std::span<const std::string> arguments) { return run_train(Word2VecModel::cbow, arguments); }

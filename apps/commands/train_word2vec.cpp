#include "apps/commands/train_word2vec.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/search/word_classes.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <thread>

using namespace equivec;

namespace {

std::string seconds_text(double seconds) {
  char text[64];
  std::snprintf(text, sizeof text, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  return text;
}

/// What training would take: the tables' sizes, and the time, by training for a second.
void show_estimate(const TrainingText& text, const Word2VecOptions& training) {
  std::vector<TableSize> tables = word2vec_tables(text.vocabulary.size(), training);
  tables.insert(tables.begin(),
                {"corpus, " + grouped(text.corpus.ids().size()) + " ids", text.corpus.ids().size_bytes()});
  tables.push_back({"result", text.vocabulary.size() * static_cast<std::uint64_t>(training.dimension) * sizeof(float)});
  show_tables(tables);

  Progress trial;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  std::thread clock([&] {
    std::unique_lock lock(mutex);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (!ended && !progress().cancelled && std::chrono::steady_clock::now() < end)
      changed.wait_for(lock, std::chrono::milliseconds(20));
    trial.cancelled = true;
  });
  const auto start = std::chrono::steady_clock::now();
  const auto stop_clock = [&] {
    {
      const std::scoped_lock lock(mutex);
      ended = true;
    }
    changed.notify_one();
    clock.join();
  };
  TrainingControl control;
  control.progress = &trial;
  try {
    train_word2vec(text.corpus, text.vocabulary, training, control);
  } catch (const Cancelled&) {
  } catch (...) {
    stop_clock();
    throw;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  stop_clock();
  check_cancelled(&progress());
  const auto done = static_cast<double>(std::max<std::uint64_t>(trial.done, 1));
  const auto words = static_cast<double>(text.corpus.words()) * training.epochs;
  std::cout << "training would take about " << seconds_text(seconds * words / done) << " ("
            << grouped(static_cast<std::uint64_t>(words)) << " words at "
            << grouped(static_cast<std::uint64_t>(done / seconds)) << " words/s, measured)\n";
}

int run_train(Word2VecModel model, std::span<const std::string> arguments) {
  const bool cbow = model == Word2VecModel::cbow;
  Word2VecJob job;
  job.command = "train " + std::string(name_of(model));
  job.training = word2vec_defaults(model);
  std::string window_shape(name_of(job.training.window_shape)), loss(name_of(job.training.loss)),
      cbow_update(name_of(job.training.cbow_update)), checkpoint;
  Options options(job.command + " CORPUS... -o OUT [options]",
                  "Learns word vectors by " + std::string(cbow ? "CBOW" : "skip-gram") + " (Mikolov et al. 2013). " +
                      std::string(corpus_help));
  options.positionals("CORPUS", job.corpus, 1)
      .add("output,o", job.output, "the vectors; .safetensors, .vec, .bin, .txt or .npy names the format", "OUT")
      .required("output")
      .add("format", job.format_name, "native, word2vec-text, word2vec-binary, glove-text or npy", "NAME")
      .add("contexts", job.contexts, "also write the context vectors (word2vec.c's syn1neg) there", "OUT")
      .add("loss", loss, "negative-sampling, hierarchical-softmax, both with a + between, softmax (exact, slow)",
           "NAME")
      .add("dimension,size,dim", job.training.dimension, "length of a vector")
      .add("window,ws", job.training.window, "words on each side that count as context")
      .add("window-shape", window_shape, "shrinking: each position draws 1 to window; fixed: always all", "NAME")
      .add("negatives,negative,neg", job.training.negatives, "noise words drawn for each window")
      .add("epochs,epoch,iter", job.training.epochs, "passes over the corpus")
      .add("learning-rate,alpha,lr", job.training.learning_rate, "at the start; falls linearly to almost 0")
      .add("subsample,sample", job.training.subsample,
           "drop words at random that are a larger share of text; 0 drops none")
      .add("noise-exponent,ns-exponent", job.training.noise_exponent, "noise words are drawn by count to this power");
  if (cbow)
    options.add("cbow-update", cbow_update, "gradient: contexts share the step; legacy: each takes all of it", "NAME");
  add_vocabulary_options(options, job.vocabulary);
  options.add("vocabulary,read-vocab", job.vocabulary_file,
              "use the words and counts of this file (from equivec vocab)", "FILE");
  add_memory_option(options, job.vocabulary);
  options.add("initialize", job.initialize, "start from these vectors; words they lack are added", "VECTORS")
      .add("validation", job.validation, "report the loss on this text after each epoch", "FILE")
      .add("checkpoint", checkpoint, "keep the state of training there, also when interrupted", "FILE")
      .add("checkpoint-every", job.checkpoint.minutes, "minutes between two checkpoints")
      .add("resume", job.checkpoint.resume, "go on from the checkpoint, if it is there")
      .add("threads,thread", job.training.threads, "0: all cores; only 1 gives the same bits on every run")
      .add("deterministic", job.training.deterministic, "the same bits for any number of threads, at more cost")
      .add("seed", job.training.seed, "of all that is drawn at random")
      .add("dry-run", job.dry_run, "only tell how much memory and time training would take");
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return 0;
  job.training.loss =
      value_named(loss, "loss",
                  std::array{Word2VecLoss::negative_sampling, Word2VecLoss::hierarchical_softmax, Word2VecLoss::softmax,
                             Word2VecLoss::hierarchical_softmax_and_negative_sampling});
  job.training.window_shape =
      value_named(window_shape, "window-shape", std::array{WindowShape::shrinking, WindowShape::fixed});
  job.training.cbow_update =
      value_named(cbow_update, "cbow-update", std::array{CbowUpdate::gradient, CbowUpdate::legacy});
  if (!options.given("learning-rate"))
    job.training.learning_rate = word2vec_defaults(model, job.training.cbow_update).learning_rate;
  require_one_vocabulary(options, job.vocabulary_file);
  if (checkpoint.empty() && (job.checkpoint.resume || options.given("checkpoint-every")))
    throw OptionError("--resume and --checkpoint-every need --checkpoint FILE");
  job.checkpoint.file = checkpoint;
  run_word2vec_job(job);
  return 0;
}

constexpr std::string_view sentence_end_word = "</s>";

/// What word2vec.c makes of a text or of a file of words: the sentence end first, whatever its count, then the words by
/// their counts.
Vocabulary with_sentence_end_first(const Corpus& corpus, const Word2VecJob& job, VocabularyOptions counting) {
  counting.end_token = sentence_end_word;
  const Vocabulary all = [&] {
    if (!job.vocabulary_file.empty()) return read_counted_vocabulary(job.vocabulary_file);
    const ProgressLine line("counting words", "bytes", job.console);
    return count_words(corpus, counting, &progress());
  }();
  std::vector<Vocabulary::Entry> entries = {{std::string(sentence_end_word), 0}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view word = all.word(word_id(i));
    const std::uint64_t count = all.count(word_id(i));
    if (word == sentence_end_word)
      entries[0].count = count;
    else if (count >= static_cast<std::uint64_t>(counting.min_count))
      entries.push_back({std::string(word), count});
  }
  if (entries.size() == 1)
    throw Error(job.vocabulary_file + ": none of its " + grouped(all.size()) + " words has a count of " +
                std::to_string(counting.min_count) + "; lower -min-count");
  std::stable_sort(entries.begin() + 1, entries.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return Vocabulary(entries);
}

/// The same words for training, which must never meet the sentence end: no word of a text is a line feed, and what has
/// no count is no noise word.
Vocabulary without_sentence_end(const Vocabulary& words) {
  std::vector<Vocabulary::Entry> entries = {{"\n", 0}};
  for (std::size_t i = 1; i < words.size(); ++i)
    entries.push_back({std::string(words.word(word_id(i))), words.count(word_id(i))});
  return Vocabulary(entries);
}

}  // namespace

void run_word2vec_job(const Word2VecJob& job) {
  Word2VecOptions training = job.training;
  VocabularyOptions counting = job.vocabulary;
  counting.threads = training.threads;
  validate(counting);
  validate(job.checkpoint);
  const Format format = job.format_name.empty() ? format_from_extension(job.output) : format_from_name(job.format_name);
  const Format contexts_format = job.contexts.empty()      ? format
                                 : job.format_name.empty() ? format_from_extension(job.contexts)
                                                           : format;
  if (!job.contexts.empty() && training.loss == Word2VecLoss::hierarchical_softmax)
    throw OptionError("--contexts: with hierarchical softmax the nodes of a tree have vectors, not the contexts");
  std::vector<std::string> outputs;
  for (const std::string& output : {job.output, job.contexts, job.save_vocabulary, job.checkpoint.file.string()})
    if (!output.empty()) outputs.push_back(output);
  // Before hours of training, not after.
  if (!job.dry_run) {
    for (const std::string& output : outputs) require_writable(output);
  }
  const Corpus corpus = Corpus::from_paths(job.corpus, &progress());
  require_apart(corpus, outputs);
  require_apart(std::span(&job.vocabulary_file, 1), outputs);

  TrainingControl control;
  control.checkpoint = job.checkpoint;
  control.progress = &progress();
  std::optional<Vocabulary> given;
  if (!job.initialize.empty()) {
    control.initial = read_embeddings(job.initialize, {}, {}, &progress());
    training.dimension = control.initial->dimension();
    if (job.vocabulary_file.empty())
      given = count_words_besides(control.initial->vocabulary(), corpus, counting, job.console);
  }
  std::optional<Vocabulary> written;  // where it is not the vocabulary of training
  if (job.sentence_end_row) {
    written = with_sentence_end_first(corpus, job, counting);
    if (!job.save_vocabulary.empty()) {
      write_vocabulary(job.save_vocabulary, *written);
      if (!job.console.quiet)
        remark(grouped(written->size()) + " words, " + grouped(written->total_count()) + " occurrences; wrote " +
               job.save_vocabulary);
      if (job.output.empty()) return;
    }
    if (static_cast<std::size_t>(job.classes) > written->size())
      throw OptionError("-classes must be at most " + std::to_string(written->size()) + ", the number of words, got " +
                        std::to_string(job.classes));
    given = without_sentence_end(*written);
    // word2vec.c counts the sentence ends among the words of which `subsample` is a share.
    training.subsample = std::min(1.0, training.subsample * static_cast<double>(written->total_count()) /
                                           static_cast<double>(std::max<std::uint64_t>(given->total_count(), 1)));
  }
  validate(training);
  const TrainingText text = read_training_text(corpus, job.vocabulary_file, counting, job.console, given);
  std::optional<EncodedCorpus> validation;
  if (!job.validation.empty()) {
    const std::vector<std::string> paths = {job.validation};
    validation = encode(Corpus::from_paths(paths, &progress()), text.vocabulary, counting, &progress());
    control.validation = &*validation;
  }
  if (job.dry_run) return show_estimate(text, training);

  if (job.checkpoint.resume && !job.console.quiet && !std::filesystem::exists(job.checkpoint.file))
    remark(job.checkpoint.file.string() + ": there is no checkpoint yet; training begins");
  if (!job.console.quiet)
    control.on_epoch = [&](const EpochReport& report) {
      char line[160];
      int length = std::snprintf(line, sizeof line, "epoch %d: loss %.4f per pair", report.epoch, report.loss);
      if (report.validation_loss)
        std::snprintf(line + length, sizeof line - static_cast<std::size_t>(length), ", validation %.4f",
                      *report.validation_loss);
      remark(line);
    };
  const auto start = std::chrono::steady_clock::now();
  Word2VecVectors vectors = [&] {
    const ProgressLine line("training", "words", job.console);
    try {
      return train_word2vec(text.corpus, text.vocabulary, training, control);
    } catch (const Cancelled&) {
      if (!job.checkpoint.file.empty() && std::filesystem::exists(job.checkpoint.file))
        remark(job.checkpoint.file.string() + " keeps the state of training; go on with --resume");
      throw;
    }
  }();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  Metadata metadata = training_metadata(job.command, text, job.vocabulary_file, counting);
  metadata.merge(description(training));
  metadata["vectors"] = "words";
  metadata["threads"] = shortest(training.threads);
  metadata["instruction_set"] = instruction_set();
  if (!job.initialize.empty()) metadata["initialize"] = job.initialize;
  const Embeddings trained(written ? *written : text.vocabulary, std::move(vectors.words), metadata);
  if (job.classes > 0) {
    const ProgressLine line("finding classes", "words", job.console);
    write_classes(job.output, trained.vocabulary(),
                  kmeans_classes(trained, job.classes, 10, training.threads, &progress()));
  } else {
    const ProgressLine line("writing", "", job.console);
    write_embeddings(job.output, trained, format, &progress());
    if (!job.contexts.empty()) {
      metadata["vectors"] = "contexts";
      write_embeddings(job.contexts, Embeddings(text.vocabulary, std::move(vectors.contexts), metadata),
                       contexts_format, &progress());
    }
  }
  if (!job.console.quiet) {
    const double words = static_cast<double>(text.corpus.words()) * training.epochs;
    char took[64] = "";
    if (seconds >= 0.1)
      std::snprintf(took, sizeof took, " in %.1f s (%s words/s)", seconds,
                    grouped(static_cast<std::uint64_t>(words / seconds)).c_str());
    remark("trained " + grouped(static_cast<std::uint64_t>(words)) + " words" + took + "; wrote " + job.output +
           (job.contexts.empty() ? "" : " and " + job.contexts));
  }
}

int run_train_skipgram(std::span<const std::string> arguments) { return run_train(Word2VecModel::skipgram, arguments); }
int run_train_cbow(std::span<const std::string> arguments) { return run_train(Word2VecModel::cbow, arguments); }

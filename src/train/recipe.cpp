#include "equivec/train/recipe.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/phrase_file.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/seconds.hpp"
#include "src/base/text_numbers.hpp"
#include "src/train/training_run.hpp"
#include "src/train/word2vec_partitioned.hpp"
#include "src/vectors/owning_subwords.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>

namespace equivec {

namespace {

constexpr std::string_view tool = "equivec " EQUIVEC_VERSION;
constexpr std::string_view sentence_end_word = "</s>";

/// read_vocabulary() of words that can be trained: an Error if they have no counts.
Vocabulary read_counted_vocabulary(const std::string& file) {
  Vocabulary vocabulary = read_vocabulary(file);
  if (vocabulary.total_count() == 0)
    throw Error(file + ": its words have no counts, which training needs; make it with equivec vocab");
  return vocabulary;
}

/// The words of vectors to start from, whatever their counts, and those of the text that are frequent enough.
Vocabulary count_words_besides(const Vocabulary& initial, const Corpus& corpus, const VocabularyOptions& options,
                               const Reporting& reporting) {
  VocabularyOptions every = options;
  every.min_count = 1;
  every.max_size = 0;
  const auto stage = reporting.begin("counting words", "bytes");
  const Vocabulary all = count_words(corpus, every, reporting.progress);
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view word = all.word(word_id(i));
    const std::uint64_t count = all.count(word_id(i));
    if (count >= static_cast<std::uint64_t>(options.min_count) || initial.find(word))
      entries.push_back({std::string(word), count});
  }
  for (std::size_t i = 0; i < initial.size(); ++i)
    if (const std::string_view word = initial.word(word_id(i)); !all.find(word))
      entries.push_back({std::string(word), 0});
  return Vocabulary(entries);
}

/// The words that are given, if any are.
std::optional<Vocabulary> given_words(const Corpus& corpus, const WordsRecipe& words, const TrainingControl& control) {
  if (words.known) return words.known;
  if (control.initial && words.file.empty())
    return count_words_besides(control.initial->vocabulary(), corpus, words.options, control.reporting());
  return std::nullopt;
}

TrainingText read_training_text(const Corpus& corpus, const WordsRecipe& words, const std::optional<Vocabulary>& given,
                                const Reporting& reporting) {
  TextSummary summary;
  TrainingText text = [&]() -> TrainingText {
    const auto stage = reporting.begin("reading the corpus", "bytes");
    if (given) return {*given, encode(corpus, *given, words.options, reporting.progress, &summary)};
    if (words.file.empty()) return read_corpus(corpus, words.options, reporting.progress, &summary);
    Vocabulary vocabulary = read_counted_vocabulary(words.file);
    for (const std::string& token : {words.options.unknown, words.options.text.end_token})
      if (!token.empty() && !vocabulary.find(token)) throw Error(words.file + ": has no word '" + token + "'");
    EncodedCorpus encoded = encode(corpus, vocabulary, words.options, reporting.progress, &summary);
    return {std::move(vocabulary), std::move(encoded)};
  }();
  reporting.notice(corpus.name() + ": " + described(summary));
  return words.resample == 0 ? text : resampled(text, words.resample);
}

/// The options by which words are chosen.
Metadata description(const WordsRecipe& words) {
  Metadata metadata;
  if (words.file.empty()) {
    metadata["min_count"] = std::to_string(words.options.min_count);
    metadata["max_size"] = std::to_string(words.options.max_size);
  } else {
    metadata["vocabulary_file"] = words.file;
  }
  if (!words.options.unknown.empty()) metadata["unknown"] = words.options.unknown;
  if (!words.options.keep.empty()) metadata["keep"] = grouped(words.options.keep.size()) + " words";
  if (!words.options.drop.empty()) metadata["drop"] = grouped(words.options.drop.size()) + " words";
  if (!words.phrases.empty()) metadata["phrases"] = words.phrases;
  if (words.phrases.empty() && words.options.phrases) metadata["phrases"] = grouped(words.options.phrases->size());
  if (words.resample != 0) metadata["resample"] = std::to_string(words.resample);
  metadata.merge(description(words.options.text));
  return metadata;
}

Metadata description(const CooccurrenceOptions& options) {
  return {{"window", shortest(options.window)},
          {"symmetric", options.symmetric ? "true" : "false"},
          {"distance_weighting", options.distance_weighting ? "true" : "false"}};
}

/// What all outputs say of the text.
Metadata text_metadata(std::string_view command, const EncodedCorpus& corpus, const WordsRecipe& words) {
  Metadata metadata = {{"tool", std::string(tool)},
                       {"command", std::string(command)},
                       {"corpus_hash", corpus.hash()},
                       {"corpus_tokens", std::to_string(corpus.tokens())},
                       {"corpus_words", std::to_string(corpus.words())}};
  metadata.merge(description(words));
  return metadata;
}

/// Says by which options, given or not, the work is done: "command: dimension 100, epochs 5".
void notice_options(const Reporting& reporting, std::string_view command, const Metadata& options) {
  std::string list;
  for (const auto& [name, value] : options) {
    list += list.empty() ? "" : ", ";
    for (const char c : name) list += c == '_' ? '-' : c;  // as the option is called
    list += ' ' + value;
  }
  reporting.notice(std::string(command) + ": " + list);
}

/// Notes in `last` which epoch was the last: training may be told that it is enough.
void watch_epochs(TrainingControl& control, int& last) {
  if (control.on_epoch)
    control.on_epoch = [&last, on_epoch = control.on_epoch](const EpochReport& report) {
      last = report.epoch;
      on_epoch(report);
    };
}

/// Calls train() as a stage.
template <class Train>
auto trained(const TrainingControl& control, const char* unit, const Train& train) {
  const CheckpointOptions& checkpoint = control.checkpoint;
  std::error_code ignored;
  if (checkpoint.resume && !std::filesystem::exists(checkpoint.file, ignored))
    control.reporting().notice(checkpoint.file.string() + ": there is no checkpoint yet; training begins");
  const auto stage = control.reporting().begin("training", unit);
  return train();
}

/// The words without the sentence end in their first row, which training must never meet: no word of a text is a line
/// feed, and a word without a count is not drawn as noise.
Vocabulary without_sentence_end(const Vocabulary& words) {
  std::vector<Vocabulary::Entry> entries = {{"\n", 0}};
  for (std::size_t i = 1; i < words.size(); ++i)
    entries.push_back({std::string(words.word(word_id(i))), words.count(word_id(i))});
  return Vocabulary(entries);
}

}  // namespace

VocabularyOptions reading_options(const Corpus& corpus, const WordsRecipe& words, const Reporting& reporting) {
  VocabularyOptions options = words.options;
  if (words.phrases.empty()) return options;
  if (corpus.ranks()) throw OptionError("phrases: not over several ranks; leave it out, or join them before");
  if (words.phrases != "auto") {
    options.phrases = read_phrases(words.phrases);
    return options;
  }
  const auto stage = reporting.begin("finding phrases", "");
  options.phrases =
      find_phrases(corpus, options.text, {.threads = options.threads, .memory = options.memory}, reporting.progress);
  reporting.notice(corpus.name() + ": " + grouped(options.phrases->size()) +
                   (options.phrases->size() == 1 ? " phrase" : " phrases"));
  return options;
}

// ---- word2vec ----

Vocabulary word2vec_vocabulary(const Corpus& corpus, const WordsRecipe& words, const Reporting& reporting) {
  VocabularyOptions options = words.options;
  options.text.end_token = sentence_end_word;
  const Vocabulary all = [&] {
    if (!words.file.empty()) return read_counted_vocabulary(words.file);
    const auto stage = reporting.begin("counting words", "bytes");
    return count_words(corpus, options, reporting.progress);
  }();
  std::vector<Vocabulary::Entry> entries = {{std::string(sentence_end_word), 0}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view word = all.word(word_id(i));
    const std::uint64_t count = all.count(word_id(i));
    if (word == sentence_end_word)
      entries[0].count = count;
    else if (count >= static_cast<std::uint64_t>(options.min_count))
      entries.push_back({std::string(word), count});
  }
  if (entries.size() == 1)
    throw Error(words.file + ": none of its " + grouped(all.size()) + " words has a count of " +
                std::to_string(options.min_count) + "; lower -min-count");
  std::stable_sort(entries.begin() + 1, entries.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  return Vocabulary(entries);
}

namespace {

/// Takes the n-grams.
Subwords subwords_of(const Word2VecOptions& training, Word2VecVectors& learnt) {
  return owning_subwords({training.subwords.shortest, training.subwords.longest, training.buckets, NgramHash::fasttext},
                         std::move(learnt.ngrams), std::move(learnt.buckets));
}

std::string command_of(const Word2VecRecipe& recipe) {
  return recipe.command.empty() ? "train " + std::string(name_of(recipe.training.model)) : recipe.command;
}

}  // namespace

Word2VecText prepare_word2vec(const Corpus& corpus, const Word2VecRecipe& recipe, const TrainingControl& control) {
  WordsRecipe words = recipe.words;
  words.options.threads = recipe.training.threads;
  Word2VecOptions training = recipe.training;
  if (control.initial) training.dimension = control.initial->dimension();
  validate(words.options);
  words.options = reading_options(corpus, words, control.reporting());
  std::optional<Vocabulary> given = given_words(corpus, words, control);
  if (recipe.sentence_end_row) {
    const double all = static_cast<double>(given.value().total_count());
    given = without_sentence_end(*given);
    // word2vec.c counts the sentence ends among the words of which `subsample` is a share.
    training.subsample =
        std::min(1.0, training.subsample * all / static_cast<double>(std::max<std::uint64_t>(given->total_count(), 1)));
  }
  validate(training);
  if (corpus.ranks()) validate_for_ranks(training);
  if (training.partitioned) require_partitionable(training, control, corpus.ranks() != nullptr);
  TrainingText text = read_training_text(corpus, words, given, control.reporting());
  Metadata options = description(training);
  options.merge(description(words));
  options.erase("model");  // the command's name says it
  options["threads"] = shortest(thread_count(training.threads));
  notice_options(control.reporting(), command_of(recipe), options);
  Word2VecText result{.text = text, .rows = text.vocabulary, .training = training};
  if (recipe.sentence_end_row) result.rows = recipe.words.known.value();
  if (recipe.validation)
    result.validation = encode(*recipe.validation, text.vocabulary, words.options, control.progress);
  return result;
}

TrainedVectors train_word2vec(const Word2VecText& prepared, const Word2VecRecipe& recipe,
                              const TrainingControl& given_control) {
  const TrainingText& text = prepared.text;
  const Word2VecOptions& training = prepared.training;
  TrainingControl control = given_control;
  if (prepared.validation) control.validation = &*prepared.validation;
  int epochs = training.epochs;
  watch_epochs(control, epochs);
  double seconds = 0;
  Word2VecVectors learnt = trained(control, "words", [&, start = std::chrono::steady_clock::now()] {
    Word2VecVectors result = train_word2vec(text.corpus, text.vocabulary, training, control);
    seconds = seconds_since(start);
    return result;
  });

  Metadata metadata = text_metadata(command_of(recipe), text.corpus, recipe.words);
  metadata.merge(description(training));
  metadata["vectors"] = "words";
  if (epochs < training.epochs) metadata["epochs_trained"] = std::to_string(epochs);
  metadata["threads"] = shortest(training.threads);
  if (text.corpus.ranks()) metadata["ranks"] = std::to_string(text.corpus.ranks()->size());
  metadata["instruction_set"] = instruction_set();
  if (!recipe.initial_name.empty()) metadata["initialize"] = recipe.initial_name;
  // Of partitioned tables the first rank alone has the vectors.
  const bool has_vectors = !training.partitioned || text.corpus.ranks()->is_first();
  TrainedVectors result{.vectors =
                            Embeddings(has_vectors ? prepared.rows : Vocabulary(), std::move(learnt.words), metadata)};
  if (training.subwords.longest > 0) result.vectors = result.vectors.with_subwords(subwords_of(training, learnt));
  if (learnt.contexts.rows() > 0) {
    metadata["vectors"] = "contexts";
    result.contexts = Embeddings(text.vocabulary, std::move(learnt.contexts), std::move(metadata));
  }
  result.trained = text.corpus.words() * static_cast<std::uint64_t>(epochs);
  result.seconds = seconds;
  return result;
}

TrainedVectors train_word2vec(const Corpus& corpus, const Word2VecRecipe& recipe, const TrainingControl& control) {
  return train_word2vec(prepare_word2vec(corpus, recipe, control), recipe, control);
}

Word2VecEstimate estimate_word2vec(const Word2VecText& prepared, const Progress* progress) {
  const TrainingText& text = prepared.text;
  const Word2VecOptions& training = prepared.training;
  const int ranks = text.corpus.ranks() ? text.corpus.ranks()->size() : 1;
  Word2VecEstimate result{.tables = word2vec_tables(text.vocabulary.size(), training, ranks)};
  result.tables.insert(result.tables.begin(),
                       {"corpus, " + grouped(text.corpus.ids().size()) + " ids", text.corpus.ids().size_bytes()});

  result.words = text.corpus.words() * static_cast<std::uint64_t>(training.epochs);
  require_memory(result.tables, text.vocabulary.size(), training.dimension, advice_for_memory(training, ranks));
  if (ranks > 1 || total_bytes(result.tables) > memory_limit() / 4) return result;

  // A thread cancels the trial after a second.
  Progress trial;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  const auto start = std::chrono::steady_clock::now();
  std::jthread clock([&] {
    std::unique_lock lock(mutex);
    while (!ended && !(progress && progress->cancelled) && seconds_since(start) < 1)
      changed.wait_for(lock, std::chrono::milliseconds(20));
    trial.cancelled = true;
  });
  const auto stop_clock = [&] {
    const std::scoped_lock lock(mutex);
    ended = true;
    changed.notify_one();
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
  const double seconds = seconds_since(start);
  stop_clock();
  clock.join();
  check_cancelled(progress);
  result.words_per_second = static_cast<double>(std::max<std::uint64_t>(trial.done, 1)) / seconds;
  return result;
}

// ---- GloVe ----

namespace {

/// Shares memory and threads out.
CooccurrenceRecipe shared_out(CooccurrenceRecipe recipe) {
  recipe.memory = memory_for(recipe.memory);
  recipe.words.options.memory = recipe.memory / 4;
  recipe.cooccurrence.memory = recipe.memory / 2;
  recipe.cooccurrence.threads = recipe.words.options.threads;
  return recipe;
}

constexpr std::string_view unknown = "<unk>";

/// Adds a row for words outside the vocabulary, unless they have one.
Embeddings with_unknown(const Vocabulary& vocabulary, Matrix vectors, Metadata metadata) {
  if (vocabulary.find(unknown)) return {vocabulary, std::move(vectors), std::move(metadata)};
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < vocabulary.size(); ++i)
    entries.push_back({std::string(vocabulary.word(word_id(i))), vocabulary.count(word_id(i))});
  entries.push_back({std::string(unknown), 0});
  Matrix all(vectors.rows() + 1, vectors.cols());
  all.topRows(vectors.rows()) = vectors;
  all.bottomRows(1) = vectors.bottomRows(std::min<Eigen::Index>(vectors.rows(), 100)).colwise().mean();
  metadata["unknown_vector"] = unknown;
  return {Vocabulary(entries), std::move(all), std::move(metadata)};
}

}  // namespace

void validate(const CooccurrenceRecipe& recipe) {
  validate(recipe.words.options);
  validate(shared_out(recipe).cooccurrence);
}

CountedText count_text(const Corpus& corpus, const CooccurrenceRecipe& given_recipe, const TrainingControl& control) {
  validate(given_recipe);
  auto [words, options, memory] = shared_out(given_recipe);
  const Reporting reporting = control.reporting();
  words.options = reading_options(corpus, words, reporting);
  const TrainingText text = read_training_text(corpus, words, given_words(corpus, words, control), reporting);
  Metadata metadata = text_metadata("cooccur", text.corpus, words);
  metadata.merge(description(options));
  Metadata counting = description(options);
  counting.merge(description(words));
  counting["threads"] = shortest(thread_count(words.options.threads));
  notice_options(reporting, "counting", counting);
  const CooccurrenceNeeds needs = cooccurrence_needs(text.corpus, text.vocabulary, options);
  reporting.notice("counting co-occurrences: about " + grouped(needs.memory / 1000000 + 1) + " MB of memory" +
                   (needs.disk == 0 ? "" : " and " + grouped(needs.disk / 1000000 + 1) + " MB of temporary files"));
  const auto stage = reporting.begin("counting co-occurrences", "words");
  return {text.vocabulary, count_cooccurrences(text.corpus, text.vocabulary, options, reporting.progress),
          std::move(metadata)};
}

CountedText read_counted_text(const std::string& cooccurrence_file, const CooccurrenceRecipe& given_recipe,
                              const Reporting& reporting, Communicator* ranks) {
  const auto& [words, options, memory] = shared_out(given_recipe);
  Vocabulary vocabulary = read_counted_vocabulary(words.file);
  const auto stage = reporting.begin("reading the co-occurrences", "");
  Cooccurrences cooccurrences =
      read_cooccurrences(cooccurrence_file, vocabulary, options.memory, reporting.progress, ranks);
  return {std::move(vocabulary),
          std::move(cooccurrences),
          {{"tool", std::string(tool)},
           {"command", "cooccur"},
           {"cooccurrence_file", cooccurrence_file},
           {"vocabulary_file", words.file}}};
}

GloveOptions glove_options(const GloveRecipe& recipe, const TrainingControl& control) {
  GloveOptions options = recipe.training;
  options.threads = recipe.counting.words.options.threads;
  options.memory = shared_out(recipe.counting).memory / 4;
  if (control.initial) options.dimension = control.initial->dimension();
  return options;
}

TrainedVectors train_glove(CountedText text, const GloveRecipe& recipe, const TrainingControl& given_control) {
  TrainingControl control = given_control;
  const GloveOptions training = glove_options(recipe, control);
  int epochs = training.epochs;
  watch_epochs(control, epochs);
  Metadata notice = description(training);
  notice["threads"] = shortest(thread_count(training.threads));
  notice_options(control.reporting(), "train glove", notice);
  if (recipe.unknown_vector && text.vocabulary.find(unknown))
    control.reporting().notice("the corpus has the word <unk>, whose own vector stands for unknown words");
  const std::uint64_t pairs = text.cooccurrences.size();
  double seconds = 0;
  GloveVectors learnt = trained(control, "pairs", [&, start = std::chrono::steady_clock::now()] {
    GloveVectors result = train_glove(std::move(text.cooccurrences), text.vocabulary, training, control);
    seconds = seconds_since(start);
    return result;
  });
  Metadata& metadata = text.metadata;
  metadata["command"] = "train glove";
  metadata.merge(description(training));
  metadata["vectors"] = name_of(recipe.parts);
  if (epochs < training.epochs) metadata["epochs_trained"] = std::to_string(epochs);
  metadata["instruction_set"] = instruction_set();
  if (!recipe.initial_name.empty()) metadata["initialize"] = recipe.initial_name;
  if (recipe.on_parameters) recipe.on_parameters(learnt);
  Matrix matrix = matrix_of(std::move(learnt), recipe.parts);
  return {.vectors = recipe.unknown_vector ? with_unknown(text.vocabulary, std::move(matrix), metadata)
                                           : Embeddings(text.vocabulary, std::move(matrix), metadata),
          .trained = pairs * static_cast<std::uint64_t>(epochs),
          .seconds = seconds};
}

TrainedVectors train_glove(const Corpus& corpus, const GloveRecipe& recipe, const TrainingControl& control) {
  return train_glove(count_text(corpus, recipe.counting, control), recipe, control);
}

}  // namespace equivec

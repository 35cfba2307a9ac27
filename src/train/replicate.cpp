#include "equivec/train/replicate.hpp"

#include "equivec/base/error.hpp"
#include "equivec/text/text_options.hpp"
#include "equivec/train/recipe.hpp"
#include "src/base/text_numbers.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// Settings that a trainer recorded, by their names.
class RecordedSettings {
 public:
  explicit RecordedSettings(const Metadata& metadata) : metadata_(metadata) {}

  bool has(const char* name) const { return metadata_.contains(name); }

  std::string text(const char* name) const {
    const auto entry = metadata_.find(name);
    return entry == metadata_.end() ? std::string() : entry->second;
  }

  /// What is not recorded stays as it is.
  template <class T>
  void read(const char* name, T& field) const {
    if (!has(name)) return;
    const auto number = parse_number<T>(text(name));
    if (!number) fail(name);
    field = *number;
  }

  void read(const char* name, bool& field) const {
    if (has(name)) field = text(name) == "true";
  }

  template <class T, std::size_t N>
  void read(const char* name, const std::array<T, N>& values, T& field) const {
    if (!has(name)) return;
    for (const T value : values)
      if (name_of(value) == text(name)) {
        field = value;
        return;
      }
    fail(name);
  }

 private:
  [[noreturn]] void fail(const char* name) const {
    throw Error("the vectors cannot be trained again: their metadata have " + std::string(name) + " = '" + text(name) +
                "', which is no value of it");
  }

  const Metadata& metadata_;
};

Word2VecOptions word2vec_options_of(const RecordedSettings& recorded) {
  Word2VecOptions options;
  recorded.read("model", std::array{Word2VecModel::skipgram, Word2VecModel::cbow}, options.model);
  recorded.read("loss", word2vec_losses, options.loss);
  recorded.read("dimension", options.dimension);
  recorded.read("window", options.window);
  recorded.read("window_shape", std::array{WindowShape::shrinking, WindowShape::fixed}, options.window_shape);
  recorded.read("epochs", options.epochs);
  recorded.read("epochs_trained", options.epochs);
  recorded.read("learning_rate", options.learning_rate);
  recorded.read("subsample", options.subsample);
  recorded.read("deterministic", options.deterministic);
  if (recorded.has("subwords")) options.subwords = ngram_lengths(recorded.text("subwords"));
  recorded.read("buckets", options.buckets);
  recorded.read("cbow_update", std::array{CbowUpdate::gradient, CbowUpdate::legacy}, options.cbow_update);
  recorded.read("negatives", options.negatives);
  recorded.read("noise_exponent", options.noise_exponent);
  recorded.read("group", options.group);
  if (options.group != 1) recorded.read("group_noise", options.group_noise);
  return options;
}

GloveOptions glove_options_of(const RecordedSettings& recorded) {
  GloveOptions options;
  recorded.read("dimension", options.dimension);
  recorded.read("epochs", options.epochs);
  recorded.read("epochs_trained", options.epochs);
  recorded.read("learning_rate", options.learning_rate);
  recorded.read("x_max", options.x_max);
  recorded.read("weight_exponent", options.weight_exponent);
  recorded.read("gradient_clip", options.gradient_clip);
  recorded.read("bias_update", std::array{BiasUpdate::gradient, BiasUpdate::legacy}, options.bias_update);
  return options;
}

CooccurrenceOptions cooccurrence_options_of(const RecordedSettings& recorded) {
  CooccurrenceOptions options;
  recorded.read("window", options.window);
  recorded.read("symmetric", options.symmetric);
  recorded.read("distance_weighting", options.distance_weighting);
  return options;
}

/// The words of the vectors, and how they are read from a text.
WordsRecipe words_of(const Embeddings& vectors, const RecordedSettings& recorded, const ReplicateOptions& options) {
  WordsRecipe words;
  words.options.text = text_options_of(vectors.metadata());
  words.options.unknown = recorded.text("unknown");
  // Not used, since the words are given, but recorded.
  recorded.read("min_count", words.options.min_count);
  recorded.read("max_size", words.options.max_size);
  words.options.threads = options.threads;
  words.phrases = recorded.text("phrases");
  words.known = vectors.vocabulary();
  words.resample = options.resample;
  return words;
}

void require_replicable(const Embeddings& vectors, const RecordedSettings& recorded) {
  const auto refuse = [](const std::string& why) { throw Error("the vectors cannot be trained again: " + why); };
  const std::string command = recorded.text("command");
  if (command != "train skipgram" && command != "train cbow" && command != "train glove")
    refuse(command.empty() ? "their metadata do not say how they were trained"
                           : "they were made by '" + command + "', not by train skipgram, cbow or glove");
  if (recorded.has("cooccurrence_file"))
    refuse("they were trained from counted pairs (" + recorded.text("cooccurrence_file") + "), not from a text");
  for (const char* change : {"aligned", "transformed", "debiased", "merged", "retrofitted"})
    if (recorded.has(change)) refuse("they have been " + std::string(change) + " since they were trained");
  if (recorded.text("vectors") == "contexts") refuse("they are the vectors of contexts");
  if (recorded.has("initialize")) refuse("they began from other vectors (" + recorded.text("initialize") + ")");
  if (recorded.has("unknown_vector")) refuse("one of their words is a mean of others (--unknown-vector)");
  if (const std::string phrases = recorded.text("phrases");
      !phrases.empty() && phrases.find_first_not_of("0123456789,") == phrases.npos)
    refuse("their phrases (" + phrases + ") are not those of a file");
  if (vectors.vocabulary().total_count() == 0) refuse("their words have no counts");
}

}  // namespace

Embeddings replicate(const Corpus& corpus, const Embeddings& vectors, const ReplicateOptions& options,
                     const Reporting& reporting) {
  TrainingControl control;
  control.progress = reporting.progress;
  control.on_stage = reporting.on_stage;
  control.on_notice = reporting.on_notice;
  const RecordedSettings recorded(vectors.metadata());
  require_replicable(vectors, recorded);
  const WordsRecipe words = words_of(vectors, recorded, options);
  const auto checked = [&](const Embeddings& result) {
    const std::string before = recorded.text("corpus_hash"), after = result.metadata().at("corpus_hash");
    if (!before.empty() && !after.starts_with(before))
      reporting.notice(corpus.name() + ": is not the text that the vectors were trained on");
    return result;
  };
  if (recorded.text("command") == "train glove") {
    GloveRecipe recipe{.counting = {.words = words, .cooccurrence = cooccurrence_options_of(recorded)},
                       .training = glove_options_of(recorded)};
    recipe.training.seed = options.seed;
    recorded.read(
        "vectors",
        std::array{GloveParts::sum, GloveParts::words, GloveParts::contexts, GloveParts::both, GloveParts::with_biases},
        recipe.parts);
    return checked(train_glove(corpus, recipe, control).vectors);
  }
  Word2VecRecipe recipe{.words = words, .training = word2vec_options_of(recorded)};
  recipe.training.seed = options.seed;
  recipe.training.threads = options.threads;
  return checked(train_word2vec(corpus, recipe, control).vectors);
}

std::vector<Embeddings> bootstrap_replicates(const Corpus& corpus, const Embeddings& vectors, int count,
                                             const ReplicateOptions& options, const Reporting& reporting) {
  std::vector<Embeddings> replicates;
  for (int i = 0; i < count; ++i) {
    ReplicateOptions own = options;
    own.seed = own.resample = options.seed + static_cast<std::uint64_t>(i);
    replicates.push_back(replicate(corpus, vectors, own, reporting));
  }
  return replicates;
}

}  // namespace equivec

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

using namespace equivec;

namespace {

struct Job {
  std::vector<std::string> corpus;
  std::string output, parameters, format_name, cooccurrence_file, vocabulary_file, initialize;
  GloveParts parts = GloveParts::sum;
  bool unknown_vector = false, dry_run = false;
  CorpusCounting counting;
  GloveOptions training;
  CheckpointOptions checkpoint;
  ConsoleOptions console;
};

/// What training learns from, without the text itself.
struct Counted {
  Vocabulary vocabulary;
  Cooccurrences cooccurrences;
  Metadata metadata;
};

Counted count(const Job& job, const Corpus& corpus, const std::optional<Vocabulary>& known) {
  const TrainingText text =
      read_training_text(corpus, job.vocabulary_file, job.counting.vocabulary, job.console, known);
  Metadata metadata = training_metadata("train glove", text, job.vocabulary_file, job.counting.vocabulary);
  const CooccurrenceOptions& options = job.counting.cooccurrence;
  metadata.insert({{"window", shortest(options.window)},
                   {"symmetric", options.symmetric ? "true" : "false"},
                   {"distance_weighting", options.distance_weighting ? "true" : "false"}});
  return {text.vocabulary, count_with_remarks(text, options, job.console), std::move(metadata)};
}

Counted read(const Job& job) {
  Vocabulary vocabulary = read_counted_vocabulary(job.vocabulary_file);
  Cooccurrences cooccurrences = [&] {
    const ProgressLine line("reading the co-occurrences", "", job.console);
    return read_cooccurrences(job.cooccurrence_file, vocabulary, job.counting.cooccurrence.memory, &progress());
  }();
  Metadata metadata = {{"tool", "equivec " EQUIVEC_VERSION},
                       {"command", "train glove"},
                       {"cooccurrence_file", job.cooccurrence_file},
                       {"vocabulary_file", job.vocabulary_file}};
  return {std::move(vocabulary), std::move(cooccurrences), std::move(metadata)};
}

/// Adds a row for words that are none of the vocabulary: the mean of the 100 rarest, as Stanford's program has it.
Embeddings with_unknown(const Vocabulary& vocabulary, const Matrix& vectors, Metadata metadata, bool quiet) {
  constexpr std::string_view unknown = "<unk>";
  if (vocabulary.find(unknown)) {
    if (!quiet) remark("the corpus has the word <unk>, whose own vector stands for unknown words");
    return {vocabulary, vectors, std::move(metadata)};
  }
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

void run(Job job) {
  job.training.threads = job.counting.vocabulary.threads;
  job.counting.validate();
  job.training.memory = job.counting.memory / 4;
  validate(job.training);
  validate(job.checkpoint);
  const Format format = job.format_name.empty() ? format_from_extension(job.output) : format_from_name(job.format_name);
  std::vector<std::string> outputs = {job.output};
  if (!job.parameters.empty()) outputs.push_back(job.parameters);
  if (!job.checkpoint.file.empty()) outputs.push_back(job.checkpoint.file.string());
  // Before hours of training, not after.
  if (!job.dry_run)
    for (const std::string& output : outputs) require_writable(output);

  // What --initialize reads may be replaced: it is in memory by then.
  const std::array inputs = {job.vocabulary_file, job.cooccurrence_file};
  require_apart(inputs, outputs);

  TrainingControl control;
  control.checkpoint = job.checkpoint;
  control.progress = &progress();
  if (!job.initialize.empty()) {
    control.initial = read_embeddings(job.initialize, {}, {}, &progress());
    job.training.dimension = control.initial->dimension();
  }
  Counted counted = [&] {
    if (!job.cooccurrence_file.empty()) return read(job);
    const Corpus corpus = Corpus::from_paths(job.corpus, &progress());
    require_apart(corpus, outputs);
    std::optional<Vocabulary> known;
    if (control.initial && job.vocabulary_file.empty())
      known = count_words_besides(control.initial->vocabulary(), corpus, job.counting.vocabulary, job.console);
    return count(job, corpus, known);
  }();
  const std::uint64_t pairs = counted.cooccurrences.size();
  if (!job.console.quiet) remark(grouped(pairs) + " pairs of words");
  if (job.dry_run) {
    show_tables(glove_tables(counted.vocabulary.size(), pairs, job.training));
    return;
  }
  if (job.checkpoint.resume && !job.console.quiet && !std::filesystem::exists(job.checkpoint.file))
    remark(job.checkpoint.file.string() + ": there is no checkpoint yet; training begins");
  if (!job.console.quiet)
    control.on_epoch = [](const EpochReport& report) {
      char line[80];
      std::snprintf(line, sizeof line, "epoch %d: cost %.6f per pair", report.epoch, report.loss);
      remark(line);
    };
  const auto start = std::chrono::steady_clock::now();
  GloveVectors vectors = [&] {
    const ProgressLine line("training", "pairs", job.console);
    try {
      return train_glove(std::move(counted.cooccurrences), counted.vocabulary, job.training, control);
    } catch (const Cancelled&) {
      if (!job.checkpoint.file.empty() && std::filesystem::exists(job.checkpoint.file))
        remark(job.checkpoint.file.string() + " keeps the state of training; go on with --resume");
      throw;
    }
  }();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  Metadata& metadata = counted.metadata;
  metadata.merge(description(job.training));
  metadata["vectors"] = name_of(job.parts);
  metadata["instruction_set"] = instruction_set();
  if (!job.initialize.empty()) metadata["initialize"] = job.initialize;
  {
    const ProgressLine line("writing", "", job.console);
    if (!job.parameters.empty()) write_glove_parameters(job.parameters, vectors);
    Matrix matrix = matrix_of(std::move(vectors), job.parts);
    write_embeddings(job.output,
                     job.unknown_vector ? with_unknown(counted.vocabulary, matrix, metadata, job.console.quiet)
                                        : Embeddings(counted.vocabulary, std::move(matrix), metadata),
                     format, &progress());
  }
  if (!job.console.quiet) {
    const double steps = static_cast<double>(pairs) * job.training.epochs;
    char took[64] = "";
    if (seconds >= 0.1)
      std::snprintf(took, sizeof took, " in %.1f s (%s pairs/s)", seconds,
                    grouped(static_cast<std::uint64_t>(steps / seconds)).c_str());
    remark("trained " + grouped(static_cast<std::uint64_t>(steps)) + " pairs" + took + "; wrote " + job.output +
           (job.parameters.empty() ? "" : " and " + job.parameters));
  }
}

}  // namespace

int run_train_glove(std::span<const std::string> arguments) {
  Job job;
  std::string parts(name_of(job.parts)), bias_update(name_of(job.training.bias_update)), checkpoint;
  Options options("train glove CORPUS... -o OUT [options]",
                  "Learns word vectors by GloVe (Pennington et al. 2014). " + std::string(corpus_help));
  options.positionals("CORPUS", job.corpus, 0)
      .add("output,o", job.output, "the vectors; .safetensors, .vec, .bin, .txt or .npy names the format", "OUT")
      .required("output")
      .add("format", job.format_name, "native, word2vec-text, word2vec-binary, glove-text or npy", "NAME")
      .add("vectors", parts, "word+context (the sum), word, context, both, both+biases", "NAME")
      .add("parameters", job.parameters, "also write all parameters there, as glove -binary 1 does", "FILE")
      .add("unknown-vector", job.unknown_vector, "add <unk>, the mean of the 100 rarest words' vectors")
      .add("dimension,vector-size,size,dim", job.training.dimension, "length of a vector");
  add_cooccurrence_options(options, job.counting.cooccurrence);
  options.add("epochs,epoch,iter", job.training.epochs, "passes over the pairs")
      .add("learning-rate,eta,lr", job.training.learning_rate, "of AdaGrad")
      .add("x-max", job.training.x_max, "pairs that occur more often weigh 1")
      .add("weight-exponent,alpha", job.training.weight_exponent, "rarer ones (count / x-max) to this power")
      .add("gradient-clip,grad-clip", job.training.gradient_clip, "largest number in a gradient")
      .add("bias-update", bias_update, "gradient, or legacy: without the learning rate", "NAME");
  add_vocabulary_options(options, job.counting.vocabulary);
  options
      .add("vocabulary,vocab-file,read-vocab", job.vocabulary_file,
           "use the words and counts of this file (from equivec vocab)", "FILE")
      .add("cooccurrences,input-file", job.cooccurrence_file,
           "take pairs (from equivec cooccur) and --vocabulary for CORPUS", "FILE");
  add_counting_memory_option(options, job.counting.memory);
  options.add("initialize", job.initialize, "start from these vectors; words they lack are added", "VECTORS")
      .add("checkpoint", checkpoint, "keep the state of training there, also when interrupted", "FILE")
      .add("checkpoint-every", job.checkpoint.minutes, "minutes between two checkpoints")
      .add("resume", job.checkpoint.resume, "go on from the checkpoint, if it is there")
      .add("threads,thread", job.counting.vocabulary.threads, "0: all cores; the result is the same for any number")
      .add("seed", job.training.seed, "of all that is drawn at random")
      .add("dry-run", job.dry_run, "only count, and tell how much memory training would take");
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return 0;
  job.parts = value_named(
      parts, "vectors",
      std::array{GloveParts::sum, GloveParts::words, GloveParts::contexts, GloveParts::both, GloveParts::with_biases});
  job.training.bias_update =
      value_named(bias_update, "bias-update", std::array{BiasUpdate::gradient, BiasUpdate::legacy});
  require_one_vocabulary(options, job.vocabulary_file);
  if (job.cooccurrence_file.empty() == job.corpus.empty())
    throw OptionError("give either a CORPUS or --cooccurrences FILE; --help tells more");
  if (!job.cooccurrence_file.empty() && job.vocabulary_file.empty())
    throw OptionError("--cooccurrences needs --vocabulary FILE, by which its words are numbered");
  if (checkpoint.empty() && (job.checkpoint.resume || options.given("checkpoint-every")))
    throw OptionError("--resume and --checkpoint-every need --checkpoint FILE");
  job.checkpoint.file = checkpoint;
  run(std::move(job));
  return 0;
}

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/train/recipe.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/training_options.hpp"

#include <array>

using namespace equivec;

namespace {

constexpr std::array glove_parts = {GloveParts::sum, GloveParts::words, GloveParts::contexts, GloveParts::both,
                                    GloveParts::with_biases};
constexpr std::array bias_updates = {BiasUpdate::gradient, BiasUpdate::legacy};

struct Job {
  TrainingFiles files;
  std::string parameters, cooccurrence_file;
  bool dry_run = false;
  GloveRecipe recipe;
  ConsoleOptions console;
};

/// False if help was shown instead.
bool parse(std::span<const std::string> arguments, Job& job) {
  GloveRecipe& recipe = job.recipe;
  GloveOptions& training = recipe.training;
  CooccurrenceRecipe& counting = recipe.counting;
  std::string parts(name_of(recipe.parts)), bias_update(name_of(training.bias_update));
  Options options("train glove CORPUS... -o OUT [options]",
                  "Learns word vectors by GloVe (Pennington et al. 2014). " + std::string(corpus_help));
  options.positionals("CORPUS", job.files.corpus.paths, 0);
  add_output_options(options, job.files);
  options
      .add("vectors", parts, "word+context (the sum), word, context, both, both+biases",
           {"NAME", all_names(glove_parts)})
      .add("parameters", job.parameters, "also write all parameters there, as glove -binary 1 does", "FILE")
      .add("unknown-vector", recipe.unknown_vector, "add <unk>, the mean of the 100 rarest words' vectors")
      .add("dimension,vector-size,size,dim", training.dimension, "length of a vector");
  add_cooccurrence_options(options, counting.cooccurrence);
  options.add("epochs,epoch,iter", training.epochs, "passes over the pairs")
      .add("learning-rate,eta,lr", training.learning_rate, "of AdaGrad")
      .add("x-max", training.x_max, "pairs that occur more often weigh 1")
      .add("weight-exponent,alpha", training.weight_exponent, "rarer ones (count / x-max) to this power")
      .add("gradient-clip,grad-clip", training.gradient_clip, "largest number in a gradient")
      .add("bias-update", bias_update, "gradient, or legacy: without the learning rate",
           {"NAME", all_names(bias_updates)});
  add_text_options(options, job.files.corpus, counting.words.options.text, TextHelp::hidden);
  add_word_options(options, job.files.corpus, counting.words, TextHelp::hidden);
  add_vocabulary_options(options, counting.words.options);
  add_vocabulary_file_option(options, counting.words.file);
  options.add("cooccurrences,input-file", job.cooccurrence_file, "take pairs (from equivec cooccur) in place of CORPUS",
              "FILE");
  add_counting_memory_option(options, counting.memory);
  add_start_options(options, job.files);
  options.add("threads,thread", counting.words.options.threads, "0: all cores; the result is the same for any number")
      .add("seed", training.seed, "of all that is drawn at random")
      .add("dry-run", job.dry_run, "only count, and show how much memory training would take");
  options.without_help()
      .add("resample", counting.words.resample, "not 0: train on a bootstrap resample of the text, with this seed")
      .with_help();
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return false;
  recipe.parts = value_named(parts, "vectors", glove_parts);
  training.bias_update = value_named(bias_update, "bias-update", bias_updates);
  require_one_vocabulary(options, counting.words.file);
  if (!job.cooccurrence_file.empty()) require_no_text_options(options, "--cooccurrences are counted already");
  job.files.corpus.read_lists(counting.words.options);
  if (job.cooccurrence_file.empty() == job.files.corpus.paths.empty())
    throw OptionError("give either a CORPUS or --cooccurrences FILE; --help tells more");
  if (!job.cooccurrence_file.empty() && counting.words.file.empty())
    throw OptionError("--cooccurrences needs --vocabulary FILE, by which its words are numbered");
  require_checkpoint(options, job.files);
  return true;
}

CountedText counted_text(const Job& job, const TrainingControl& control, RunFiles& files) {
  if (!job.cooccurrence_file.empty())
    return read_counted_text(job.cooccurrence_file, job.recipe.counting, control.reporting(), ranks());
  const Corpus corpus = job.files.corpus.open(files);
  return count_text(corpus, job.recipe.counting, control);
}

void run(Job job) {
  GloveRecipe& recipe = job.recipe;
  validate(recipe.counting);
  validate(glove_options(recipe));
  const CheckpointOptions checkpoint = job.files.checkpoint_options();
  validate(checkpoint);
  RunFiles files;
  job.files.output.add_to(files);
  files.writes(job.parameters);
  files.writes(job.files.checkpoint);
  files.writes(job.files.log);
  files.reads(std::array{recipe.counting.words.file, job.cooccurrence_file});
  files.reads(files_read(job.files.initialize));
  files.reads(phrase_file(recipe.counting.words));
  if (!job.dry_run && is_first_rank()) files.require_writable();  // before hours of training, not after

  const TrainingControl control = training_control(job.files, job.console, 6);
  recipe.initial_name = job.files.initialize;
  CountedText text = counted_text(job, control, files);
  const std::uint64_t pairs = text.cooccurrences.size();
  control.reporting().notice(grouped(pairs) + " pairs of words");
  if (job.dry_run) return show_tables(glove_tables(text.vocabulary.size(), pairs, glove_options(recipe, control)));

  OutputFiles outputs;
  if (!job.parameters.empty() && is_first_rank())
    recipe.on_parameters = [&](const GloveVectors& learnt) { write_glove_parameters(outputs, job.parameters, learnt); };
  const TrainedVectors trained =
      train_or_say_what_is_kept(checkpoint, [&] { return train_glove(std::move(text), recipe, control); });
  if (!is_first_rank()) return;
  {
    const ProgressLine line("writing", "", job.console);
    within_threads(recipe.counting.words.options.threads, [&] { job.files.output.write(outputs, trained.vectors); });
    outputs.commit();
  }
  if (!job.console.quiet)
    remark_trained(trained, "pairs",
                   named_outputs(std::array{job.files.output.file, job.parameters, job.files.output.description}));
}

}  // namespace

int run_train_glove(std::span<const std::string> arguments) {
  Job job;
  if (parse(arguments, job)) run(std::move(job));
  return 0;
}

#include "equivec/base/error.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/sequence/comparison.hpp"
#include "equivec/sequence/model.hpp"
#include "src/base/seconds.hpp"
#include "src/sequence/sequence_report.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/query.hpp"
#include "apps/sequence/commands.hpp"
#include "apps/sequence/options.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

/// Stands for vectors that are drawn, where vectors are named.
constexpr std::string_view random_name = "random";

struct CompareJob {
  SequenceTask task = SequenceTask::classify;
  SequenceModelOptions model;
  SequenceTrainingOptions training = {};
  SequenceReadOptions reading = {};
  SequenceEvaluationOptions evaluation = {};
  std::string training_file, test_file, development_file;
  std::vector<std::string> vectors;
  int seeds = 5;
  bool json = false, markdown = false;
  ConsoleOptions console = {};
};

/// False if help was shown instead.
bool parse(std::span<const std::string> arguments, CompareJob& job) {
  std::string task = arguments.empty() ? "" : arguments[0];
  if (!task.starts_with('-') && !task.empty()) job.task = value_named(task, "TASK", sequence_tasks);
  job.model = model_defaults(job.task);
  Options options(
      "sequence compare TASK TRAIN TEST --development FILE --vectors V... [options]",
      "Trains the same model with each of several vectors, with several seeds, and scores it on TEST: means "
      "with intervals over the seeds, and tests of the difference from the first vectors, over the seeds "
      "(paired t) and over the test's examples (paired bootstrap). TASK is classify, tag, language-model or "
      "translate; the vectors 'random' are drawn.");
  options.positional({"TASK", all_names(sequence_tasks)}, task)
      .positional("TRAIN", job.training_file)
      .positional("TEST", job.test_file)
      .add("development", job.development_file, "held-out examples that tell when to end", "FILE")
      .required("development")
      .add("vectors", job.vectors, "to compare; the others with the first", {"FILE", {std::string(random_name)}})
      .required("vectors")
      .add("seeds", job.seeds, "trainings with each: seed, seed + 1, ...");
  add_sequence_options(options, job.task, job.model, job.training, job.reading);
  options.add("resamples", job.evaluation.bootstrap.resamples, "of the bootstrap")
      .add("markdown", job.markdown, "the table in Markdown")
      .add("json", job.json, "one JSON document, with the score of every seed");
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return false;
  if (job.json && job.markdown) throw OptionError("--json and --markdown exclude each other");
  if (options.given("use") && job.model.use == VectorUse::random)
    throw OptionError("--use random: name random among the --vectors instead");
  require_between("seeds", job.seeds, 1, 1000);
  job.reading.units = job.model.units;
  validate(job.task, job.model);
  validate(job.training);
  validate(job.evaluation.bootstrap);
  return true;
}

/// Trains and scores with one of the vectors, seed by seed.
SeededScores scored(const CompareJob& job, const std::string& name, SequenceMeasure& measure) {
  const bool random = name == random_name && !std::filesystem::exists(name);
  std::optional<Embeddings> vectors;
  if (!random) vectors = load(name, job.console, {.threads = job.training.threads});
  const Embeddings* const given = vectors ? &*vectors : nullptr;
  Notices notices;
  const auto read = [&](const std::string& file) {
    return read_sequence_examples(job.task, file, job.reading, given, &notices, &progress());
  };
  const SequenceExamples training = read(job.training_file), development = read(job.development_file),
                         test = read(job.test_file);
  if (!job.console.quiet) remark(notices);
  SequenceModelOptions shape = job.model;
  if (random) shape.use = VectorUse::random;
  SequenceTrainingOptions rules = job.training;
  SeededScores scores{.name = name, .values = {}, .parts = {}};
  for (int i = 0; i < job.seeds; ++i, ++rules.seed) {
    const auto start = std::chrono::steady_clock::now();
    progress().total = 0;
    const SequenceModel model = [&] {
      const ProgressLine line(name + ", seed " + std::to_string(rules.seed), "steps", job.console);
      return SequenceModel::train(job.task, training, development, given, shape, rules, {.progress = &progress()});
    }();
    scores.seconds += seconds_since(start);
    const SequenceEvaluation evaluation = model.evaluate(test, job.evaluation, &progress());
    measure = leading_measure(evaluation);
    scores.values.push_back(measure.value);
    if (!measure.parts.numerators.empty()) scores.parts.push_back(measure.parts);
    if (!job.console.quiet)
      remark(name + ", seed " + std::to_string(rules.seed) + ": " + measure.name + " " +
             formatted(measure.share ? "%.2f %%" : "%.4f", measure.share ? 100 * measure.value : measure.value));
  }
  return scores;
}

}  // namespace

int run_sequence_compare(std::span<const std::string> arguments) {
  CompareJob job;
  if (!parse(arguments, job)) return 0;
  RunFiles files;
  for (const std::string& file : {job.training_file, job.test_file, job.development_file}) files.reads(file);
  SequenceMeasure measure;
  std::vector<SeededScores> scores;
  for (const std::string& name : job.vectors) scores.push_back(scored(job, name, measure));
  const SequenceComparison comparison{
      .task = std::string(name_of(job.task)),
      .measure = measure.name,
      .key = measure.key,
      .share = measure.share,
      .vectors = compare(std::move(scores), measure.exponential, job.evaluation.bootstrap)};
  if (job.json)
    print(to_json(comparison));
  else
    std::cout << to_text(comparison, job.markdown ? TableStyle::markdown : TableStyle::text);
  return 0;
}

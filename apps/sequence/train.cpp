#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/sequence/model.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/table.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/query.hpp"
#include "apps/sequence/commands.hpp"
#include "apps/sequence/options.hpp"

#include <optional>

using namespace equivec;

namespace {

struct TrainJob {
  SequenceTask task = SequenceTask::classify;
  SequenceModelOptions model = {};
  SequenceTrainingOptions training = {};
  SequenceReadOptions reading = {};
  std::string data, development, vectors, output, checkpoint;
  bool resume = false;
  ConsoleOptions console = {};
};

struct TaskHelp {
  const char *name, *summary, *score;
};

TaskHelp help_of(SequenceTask task) {
  switch (task) {
    case SequenceTask::classify:
      return {"classify",
              "Trains a classifier. DATA has a labelled text a line: '__label__NAME text' (fastText), or a label, a "
              "tab and the text.",
              "accuracy"};
    case SequenceTask::tag:
      return {"tag",
              "Trains a tagger. DATA has a word and its tag a line, in columns (CoNLL-U, or word, tab, tag), and an "
              "empty line after each sentence.",
              "accuracy, or F1 of spans"};
    case SequenceTask::language_model:
      return {"language-model", "Trains a model of the next word or character. DATA has a text a line.", "log-loss"};
    case SequenceTask::translate:
      break;
  }
  return {"translate",
          "Trains a model that makes a sequence of a sequence. DATA has a source, a tab and its target a line.",
          "log-loss"};
}

/// False if help was shown instead.
bool parse(std::span<const std::string> arguments, TrainJob& job) {
  const TaskHelp help = help_of(job.task);
  Options options(std::string("sequence train ") + help.name + " DATA --development FILE -o MODEL [options]",
                  std::string(help.summary) + " Training ends when the development set's " + help.score +
                      " gets no better, and keeps the best epoch.");
  options.positional("DATA", job.data)
      .add("development", job.development, "held-out examples that tell when to end", "FILE")
      .required("development")
      .add("vectors", job.vectors, "of the words; without it they are random", "FILE")
      .add("output,o", job.output, "the model", "MODEL")
      .required("output");
  add_sequence_options(options, job.task, job.model, job.training, job.reading);
  options.add("checkpoint", job.checkpoint, "keep the state there after each epoch", "FILE")
      .add("resume", job.resume, "go on from --checkpoint, if it is there");
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return false;
  if (job.vectors.empty() && options.given("use") && job.model.use != VectorUse::random)
    throw OptionError("--use " + std::string(name_of(job.model.use)) + " needs --vectors FILE");
  if (!job.vectors.empty() && job.model.use == VectorUse::random)
    throw OptionError("--use random takes no --vectors; leave one of both out");
  if (job.vectors.empty()) job.model.use = VectorUse::random;
  if (job.resume && job.checkpoint.empty()) throw OptionError("--resume needs --checkpoint FILE");
  job.reading.units = job.model.units;
  validate(job.task, job.model);
  validate(job.training);
  validate(job.reading);
  return true;
}

int run_train(SequenceTask task, std::span<const std::string> arguments) {
  TrainJob job;
  job.task = task;
  job.model = model_defaults(task);
  if (!parse(arguments, job)) return 0;
  RunFiles files;
  for (const std::string& file : {job.data, job.development, job.vectors}) files.reads(file);
  files.writes(job.output);
  files.writes(job.checkpoint);
  files.require_writable();

  std::optional<Embeddings> vectors;
  if (!job.vectors.empty()) vectors = load(job.vectors, job.console, {.threads = job.training.threads});
  Notices notices;
  const Embeddings* const given = vectors ? &*vectors : nullptr;
  const SequenceExamples training = read_sequence_examples(task, job.data, job.reading, given, &notices, &progress()),
                         development =
                             read_sequence_examples(task, job.development, job.reading, given, &notices, &progress());
  if (!job.console.quiet) remark(notices);
  SequenceTrainingControl control{.progress = &progress(), .checkpoint = job.checkpoint, .resume = job.resume};
  const std::string score = help_of(task).score;
  control.on_epoch = [&](const SequenceEpoch& epoch) {
    if (job.console.quiet) return;
    const bool is_loss = task == SequenceTask::language_model || task == SequenceTask::translate;
    remark("epoch " + std::to_string(epoch.epoch) + ": loss " + formatted("%.4f", epoch.loss) + ", development " +
           (is_loss ? "log-loss " + formatted("%.4f", -epoch.score) : formatted("%.2f", 100 * epoch.score) + " %") +
           (epoch.is_best ? ", the best so far" : ""));
  };
  progress().total = 0;
  const SequenceModel model = [&] {
    const ProgressLine line("training", "steps", job.console);
    return SequenceModel::train(task, training, development, given, job.model, job.training, control);
  }();
  OutputFiles outputs;
  model.write(outputs, job.output);
  outputs.commit();
  if (!job.console.quiet)
    remark("wrote " + job.output + ": " + std::string(name_of(task)) + ", " + grouped(model.parameters()) +
           " numbers trained, " + grouped(model.labels().size()) + " labels");
  return 0;
}

}  // namespace

int run_train_classify(std::span<const std::string> arguments) { return run_train(SequenceTask::classify, arguments); }
int run_train_tag(std::span<const std::string> arguments) { return run_train(SequenceTask::tag, arguments); }
int run_train_language_model(std::span<const std::string> arguments) {
  return run_train(SequenceTask::language_model, arguments);
}
int run_train_translate(std::span<const std::string> arguments) {
  return run_train(SequenceTask::translate, arguments);
}

#include "equivec/base/error.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/sequence/model.hpp"
#include "src/report/counterfactual_report.hpp"
#include "src/sequence/sequence_report.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/counterfactual_options.hpp"
#include "apps/cli/query.hpp"
#include "apps/sequence/commands.hpp"
#include "apps/sequence/options.hpp"

#include <algorithm>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

struct EvaluateJob {
  std::vector<std::string> models;
  std::string test;
  SequenceReadOptions reading = {};
  SequenceEvaluationOptions rules = {};
  CounterfactualRequest counterfactuals = {};
  int threads = 1;
  bool json = false, markdown = false;
  ConsoleOptions console = {};
};

/// False if help was shown instead.
bool parse(std::span<const std::string> arguments, EvaluateJob& job) {
  std::string first;
  std::vector<std::string> further;
  Options options("sequence evaluate MODEL DATA [options]",
                  "Scores a model on a test of its task, written as its training was: accuracy, F1 and log-loss, or "
                  "perplexity, or exact targets and BLEU, with 95 % intervals of a bootstrap over the examples.");
  options.positional("MODEL", first)
      .positional("DATA", job.test)
      .add("compare", further, "also these models of the same task", "MODEL");
  add_column_options(options, job.reading);
  options.add("longest", job.reading.longest, "units of an example at most");
  add_beam_options(options, job.rules.beam);
  add_counterfactual_options(options, job.counterfactuals);
  options.add("resamples", job.rules.bootstrap.resamples, "of the bootstrap")
      .add("seed", job.rules.bootstrap.seed, "of the bootstrap")
      .add("threads,thread", job.threads, "0: all cores")
      .add("markdown", job.markdown, "tables in Markdown")
      .add("json", job.json, "one JSON document");
  add_console_options(options, job.console);
  if (!options.parse(arguments)) return false;
  if (job.json && job.markdown) throw OptionError("--json and --markdown exclude each other");
  require_counterfactuals(options, job.counterfactuals);
  require_between("threads", job.threads, 0, 4096);
  validate(job.rules.bootstrap);
  validate(job.rules.beam);
  validate(job.reading);
  job.models = {first};
  job.models.insert(job.models.end(), further.begin(), further.end());
  return true;
}

/// A model as a classifier of texts as they are written.
TextClassifier classifier_of(const SequenceModel& model, std::uint32_t positive, int longest) {
  return [model, positive, longest](std::span<const std::string> texts) {
    const Embeddings vectors = model.vectors();
    std::vector<std::vector<std::string>> cut = units_of(texts, model.options().units, &vectors);
    for (std::vector<std::string>& units : cut) units.resize(std::min(units.size(), static_cast<std::size_t>(longest)));
    Judgements judgements;
    for (const ClassPrediction& prediction : model.classify(cut, &progress())) {
      judgements.decisions.push_back(prediction.label);
      judgements.scores.push_back(prediction.probabilities[positive]);
    }
    return judgements;
  };
}

/// What the first model's labels and the test ask for.
CounterfactualPlan plan_for(const EvaluateJob& job, const SequenceModel& model) {
  if (model.task() != SequenceTask::classify)
    throw Error(job.models[0] + ": is for " + std::string(name_of(model.task())) +
                "; only classifiers have counterfactuals");
  const LabelledTexts training{.name = job.models[0], .classes = model.labels(), .labels = {}, .texts = {}};
  return plan_counterfactuals(job.counterfactuals, training, read_labelled_texts(job.test, &progress()));
}

void show_counterfactuals(const CounterfactualPlan& plan, std::span<const JudgedTexts> judged, TableStyle style) {
  for (const std::string& rule : counterfactual_rules(plan, judged)) std::cout << '\n' << rule;
  std::cout << '\n';
  for (const TitledTable& table : counterfactual_tables(plan, judged, "model"))
    std::cout << '\n' << to_text(table.rows, table.texts, style);
}

}  // namespace

int run_sequence_evaluate(std::span<const std::string> arguments) {
  EvaluateJob job;
  if (!parse(arguments, job)) return 0;
  set_sequence_threads(job.threads);
  const TableStyle style = job.markdown ? TableStyle::markdown : TableStyle::text;
  std::optional<CounterfactualPlan> plan;
  std::vector<SequenceEvaluation> evaluations;
  std::vector<JudgedTexts> judged;
  for (const std::string& file : job.models) {
    const SequenceModel model = SequenceModel::read(file);
    Notices notices;
    const SequenceExamples test = model.read_examples(job.test, job.reading, &notices, &progress());
    if (!job.console.quiet) remark(notices);
    if (job.counterfactuals.any() && !plan) plan = plan_for(job, model);
    const ProgressLine line("evaluating", "texts", job.console);
    evaluations.push_back(model.evaluate(test, job.rules, &progress()));
    if (plan)
      judged.push_back(judge(file, *plan, classifier_of(model, plan->positive_class, job.reading.longest),
                             judged.empty() ? nullptr : &judged[0], job.rules.bootstrap, &progress()));
  }
  const std::vector<ComparedModel> compared = compare_models(job.models, evaluations, job.rules.bootstrap);
  if (job.json) {
    Json document = to_json(compared);
    if (plan) {
      document["counterfactuals"] = to_json(*plan);
      document["counterfactuals"]["results"] = Json::array();
      for (const JudgedTexts& each : judged)
        document["counterfactuals"]["results"].push_back(to_json(*plan, each, judged[0]));
    }
    print(document);
    return 0;
  }
  std::cout << to_text(compared, style);
  if (plan) show_counterfactuals(*plan, judged, style);
  return 0;
}

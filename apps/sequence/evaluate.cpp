#include "equivec/base/error.hpp"
#include "equivec/sequence/model.hpp"
#include "src/sequence/sequence_report.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/query.hpp"
#include "apps/sequence/commands.hpp"
#include "apps/sequence/options.hpp"

#include <iostream>

using namespace equivec;

int run_sequence_evaluate(std::span<const std::string> arguments) {
  std::string file, test_file;
  SequenceReadOptions reading;
  SequenceEvaluationOptions rules;
  int threads = 0;
  bool json = false, markdown = false;
  ConsoleOptions console;
  Options options("sequence evaluate MODEL DATA [options]",
                  "Scores a model on a test of its task, written as its training was: accuracy, F1 and log-loss, or "
                  "perplexity, or exact targets and BLEU, with 95 % intervals of a bootstrap over the examples.");
  options.positional("MODEL", file).positional("DATA", test_file);
  add_column_options(options, reading);
  options.add("longest", reading.longest, "units of an example at most");
  add_beam_options(options, rules.beam);
  options.add("resamples", rules.bootstrap.resamples, "of the bootstrap")
      .add("seed", rules.bootstrap.seed, "of the bootstrap")
      .add("threads,thread", threads, "0: all cores")
      .add("markdown", markdown, "the table in Markdown")
      .add("json", json, "one JSON document");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (json && markdown) throw OptionError("--json and --markdown exclude each other");
  require_between("threads", threads, 0, 4096);
  validate(rules.bootstrap);
  validate(rules.beam);
  set_sequence_threads(threads);
  const SequenceModel model = SequenceModel::read(file);
  Notices notices;
  const SequenceExamples test = model.read_examples(test_file, reading, &notices, &progress());
  if (!console.quiet) remark(notices);
  const ProgressLine line("evaluating", "texts", console);
  const SequenceEvaluation evaluation = model.evaluate(test, rules, &progress());
  if (json)
    print(to_json(evaluation));
  else
    std::cout << to_text(evaluation, markdown ? TableStyle::markdown : TableStyle::text);
  return 0;
}

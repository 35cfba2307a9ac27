#include "equivec/base/error.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/probe.hpp"
#include "src/report/counterfactual_report.hpp"
#include "src/report/json.hpp"
#include "src/report/probe_report.hpp"
#include "src/report/table.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/counterfactual_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/text_vector_options.hpp"

#include <algorithm>
#include <iostream>

using namespace equivec;

int run_probe(std::span<const std::string> arguments) {
  std::string training_file, test_file;
  std::vector<std::string> files;
  bool keep_lengths = false, json = false, markdown = false;
  ProbeOptions rules;
  CounterfactualRequest counterfactuals;
  ConsoleOptions console;
  Options options(
      "probe TRAIN TEST VECTORS [VECTORS...] [options]",
      "Trains a text classifier on word vectors and tests it on other texts, to see what the vectors are worth to a "
      "model. Further vectors are compared with the first. TRAIN and TEST hold a labelled text a line, '__label__NAME "
      "text' (fastText) or a label, a tab and the text. A text is the mean of its words' vectors; the classifier is "
      "softmax (logistic) regression.");
  options.positional("TRAIN", training_file)
      .positional("TEST", test_file)
      .positionals("VECTORS", files, 1)
      .add("strength,C", rules.strength, "weight of the errors against the size of the weights; scikit-learn's C")
      .add("lengths", keep_lengths, "use the words' vectors as they are, not scaled to length 1");
  add_text_vector_options(options, rules.texts);
  add_counterfactual_options(options, counterfactuals);
  options.add("resamples", rules.bootstrap.resamples, "of the bootstrap, for intervals and tests")
      .add("seed", rules.bootstrap.seed, "of the bootstrap")
      .add("threads,thread", rules.threads, "0: all cores")
      .add("markdown", markdown, "the tables in Markdown")
      .add("json", json, "one JSON document, with every prediction");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (json && markdown) throw OptionError("--json and --markdown exclude each other");
  rules.texts.unit_length = !keep_lengths;
  rules.bootstrap.threads = rules.threads;
  validate(rules);
  require_counterfactuals(options, counterfactuals);
  if ((training_file == "-") + (test_file == "-") + std::ranges::count(files, "-") > 1)
    throw OptionError("only one of TRAIN, TEST and VECTORS can be -, standard input");

  ProbeReport report{.training_file = training_file,
                     .test_file = test_file,
                     .training = read_labelled_texts(training_file, &progress()),
                     .test = read_labelled_texts(test_file, &progress()),
                     .options = rules};
  require_learnable(report.training, report.test);
  if (counterfactuals.any())
    report.counterfactuals = plan_counterfactuals(counterfactuals, report.training, report.test);
  for (const std::string& file : files)
    report.add(file, load_to_ask(file, console, {.threads = rules.threads}), &progress());
  std::cout << (json ? dump(to_json(report)) + "\n"
                     : to_text(report, markdown ? TableStyle::markdown : TableStyle::text));
  return 0;
}

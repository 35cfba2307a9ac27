#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/files/output_file.hpp"
#include "src/report/bias_forest.hpp"
#include "src/report/loss_plot.hpp"
#include "src/report/picture_file.hpp"
#include "src/report/word_plot.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <initializer_list>
#include <string>
#include <vector>

using namespace equivec;

namespace {

struct Arguments {
  std::string vectors, before, words_file, output;
  std::vector<std::string> words, groups, logs, documents, names;
  WordPlotOptions rules;
  PictureFileOptions writing;
  ConsoleOptions console;
};

void add_options(Options& options, Arguments& given) {
  WordPlotOptions& rules = given.rules;
  options.positional("VECTORS", given.vectors, 0)
      .positionals("WORD", given.words, 0)
      .add("output,o", given.output, "the picture (.svg, .pdf, .png), or a page with it (.html)", "FILE")
      .required("output")
      .add("loss", given.logs, "no words: the loss by epoch, of the logs of trainings (train --log)", "LOG")
      .add("bias", given.documents, "no words: measures with intervals, as before and after (bias --json)", "FILE")
      .add("name", given.names, "of --loss and --bias: what to call each training, or each of the vectors", "TEXT")
      .add("words", given.words_file, "also the words that this file lists, one a line", "FILE")
      .add("group", given.groups, "words that belong together: 'royal: king queen'", "TEXT")
      .add_named("method", rules.method, plot_methods,
                 "pca or tsne of these words; map: the places that VECTORS holds; axes: cosines with --x and --y")
      .add("x", rules.x, "of axes, an expression as in neighbors: 'he - she'")
      .add("y", rules.y, "of axes: 'rich - poor'")
      .add("before", given.before, "other vectors, drawn to the left in the same projection", "VECTORS")
      .add("title", rules.title, "above the picture")
      .add("scale", given.writing.scale, "of .png: pixels for one of the picture's")
      .add("seed", rules.seed, "of tsne")
      .add("threads,thread", rules.threads, "0: all cores; the picture is the same for any number");
  add_console_options(options, given.console);
}

/// Throws OptionError for options that do not go together.
void complete(Arguments& given, const Options& options) {
  const bool words = given.logs.empty() && given.documents.empty();
  const auto refuse = [&](std::initializer_list<const char*> names, const char* why) {
    for (const char* const name : names)
      if (options.given(name)) throw OptionError("--" + std::string(name) + why);
  };
  if (words) {
    refuse({"name"}, " is of --loss and --bias");
    if (given.vectors.empty())
      throw OptionError(
          "VECTORS is missing; they stand before options that take several words, as in: equivec plot "
          "vectors.vec king queen -o words.svg");
  } else {
    refuse({"words", "group", "method", "x", "y", "before", "seed"}, " is for pictures of words");
    if (!given.logs.empty()) refuse({"bias"}, " and --loss are different pictures");
    if (!given.vectors.empty()) throw OptionError("--loss and --bias take no VECTORS, found '" + given.vectors + "'");
  }
  if (!given.rules.x.empty() && !options.given("method")) given.rules.method = PlotMethod::axes;
  validate(given.rules);
  validate(given.writing);
  picture_format(given.output);  // whether it can be written, before the work
  for (const std::string& text : given.groups)
    if (text.find_first_of(": ") == text.npos)
      given.words.push_back(text);  // an option of several values takes the words that stand after it
    else
      given.rules.groups.push_back(parse_word_group(text));
}

/// Throws Error unless the output can be written and replaces no file that is read.
void require_safe(const Arguments& given) {
  RunFiles files;
  files.writes(given.output);
  if (!given.vectors.empty()) files.reads(files_read(given.vectors));
  if (!given.before.empty()) files.reads(files_read(given.before));
  files.reads(given.words_file);
  files.reads(given.logs);
  files.reads(given.documents);
  files.require_writable();
}

std::string picture_of_words(Arguments& given) {
  if (!given.words_file.empty())
    for (const std::string& word : read_word_list(given.words_file)) given.words.push_back(word);
  const auto load = [&](const std::string& file) {
    return load_to_ask(file, given.console, {.threads = given.rules.threads});
  };
  const Embeddings vectors = load(given.vectors), before = given.before.empty() ? vectors : load(given.before);
  std::vector<PlottedVectors> panels;
  if (!given.before.empty()) panels.push_back({given.before, before});
  panels.push_back({given.vectors, vectors});
  return word_plot(panels, given.words, given.rules, &progress());
}

}  // namespace

int run_plot(std::span<const std::string> arguments) {
  Arguments given;
  Options options("plot VECTORS [WORD...] | --loss LOG... | --bias FILE... -o OUT [options]",
                  "Draws words as points, with labels that do not overlap; words for which there is no room are told "
                  "when they are pointed at. Groups have colours and shapes, and a legend. Or draws the loss of "
                  "trainings, or measures of bias.");
  add_options(options, given);
  if (!options.parse(arguments)) return 0;
  complete(given, options);
  require_safe(given);
  const std::string& title = given.rules.title;
  const std::string picture = !given.logs.empty() ? loss_plot(named(read_loss_curves(given.logs), given.names), title)
                              : !given.documents.empty()
                                  ? forest_plot(bias_forest(read_bias_documents(given.documents), given.names), title)
                                  : picture_of_words(given);
  OutputFiles outputs;
  outputs.open(given.output).write(picture_file(given.output, picture, title, given.writing));
  outputs.commit();
  return 0;
}

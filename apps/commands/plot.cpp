#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/report/word_plot.hpp"
#include "src/files/output_file.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <string>
#include <vector>

using namespace equivec;

int run_plot(std::span<const std::string> arguments) {
  std::string vectors_file, before_file, words_file, output;
  std::vector<std::string> words, groups;
  WordPlotOptions rules;
  ConsoleOptions console;
  Options options(
      "plot VECTORS [WORD...] -o OUT.svg|OUT.html [options]",
      "Draws words as points, with labels that do not overlap; words for which there is no room are told when "
      "they are pointed at. Groups have colours and shapes, and a legend.");
  options.positional("VECTORS", vectors_file)
      .positionals("WORD", words, 0)
      .add("output,o", output, "the picture (.svg), or a page with it (.html)", "FILE")
      .required("output")
      .add("words", words_file, "also the words that this file lists, one a line", "FILE")
      .add("group", groups, "words that belong together: 'royal: king queen'", "TEXT")
      .add_named("method", rules.method, plot_methods,
                 "pca or tsne of these words; map: the places that VECTORS holds; axes: cosines with --x and --y")
      .add("x", rules.x, "of axes, an expression as in neighbors: 'he - she'")
      .add("y", rules.y, "of axes: 'rich - poor'")
      .add("before", before_file, "other vectors, drawn to the left in the same projection", "VECTORS")
      .add("title", rules.title, "above the picture")
      .add("seed", rules.seed, "of tsne")
      .add("threads,thread", rules.threads, "0: all cores; the picture is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (!rules.x.empty() && !options.given("method")) rules.method = PlotMethod::axes;
  validate(rules);
  word_plot_file(output, {}, {});  // whether the name fits, before the work
  for (const std::string& text : groups)
    if (text.find_first_of(": ") == text.npos)
      words.push_back(text);  // an option of several values takes the words that stand after it
    else
      rules.groups.push_back(parse_word_group(text));
  RunFiles files;
  files.writes(output);
  files.reads(files_read(vectors_file));
  if (!before_file.empty()) files.reads(files_read(before_file));
  if (!words_file.empty()) files.reads(words_file);
  files.require_writable();

  if (!words_file.empty())
    for (const std::string& word : read_word_list(words_file)) words.push_back(word);
  const Embeddings vectors = load_to_ask(vectors_file, console, {.threads = rules.threads});
  const Embeddings before =
      before_file.empty() ? vectors : load_to_ask(before_file, console, {.threads = rules.threads});
  std::vector<PlottedVectors> panels;
  if (!before_file.empty()) panels.push_back({before_file, before});
  panels.push_back({vectors_file, vectors});
  const std::string picture = word_plot(panels, words, rules, &progress());
  OutputFiles outputs;
  outputs.open(output).write(word_plot_file(output, picture, rules.title));
  outputs.commit();
  return 0;
}

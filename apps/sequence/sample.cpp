#include "equivec/base/error.hpp"
#include "equivec/sequence/model.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/query.hpp"
#include "apps/sequence/commands.hpp"
#include "apps/sequence/options.hpp"

#include <iostream>

using namespace equivec;

int run_sample(std::span<const std::string> arguments) {
  std::string file, beginning;
  SampleOptions rules;
  int threads = 1, count = 1;
  bool json = false;
  ConsoleOptions console;
  Options options("sequence sample MODEL [BEGINNING] [options]",
                  "Texts that a language model makes, unit by unit, each drawn by its probability after those before.");
  options.positional("MODEL", file)
      .positional("BEGINNING", beginning, 0)
      .add("count", count, "texts")
      .add("longest", rules.longest, "units of a text")
      .add("temperature", rules.temperature, "less is more predictable, more is more surprising")
      .add("through-ends", rules.through_ends, "go on after the end of a text")
      .add("seed", rules.seed, "of the first text; the next ones have the next")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "a JSON document a text");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  require_between("threads", threads, 0, 4096);
  require_between("count", count, 1, 1000000);
  validate(rules);
  set_sequence_threads(threads);
  const SequenceModel model = SequenceModel::read(file);
  for (int i = 0; i < count; ++i, ++rules.seed) {
    const std::string text = model.sample(beginning, rules, &progress());
    if (json)
      print(Json{{"text", text}, {"seed", rules.seed}});
    else
      std::cout << text << '\n';
  }
  return 0;
}

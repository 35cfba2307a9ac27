#include "equivec/spaces/retrofit.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/spaces/lexicon.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/report/retrofit_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

using namespace equivec;

namespace {

struct RetrofitArguments {
  std::string file, attract, repel;
  VectorsOutput output;
  RetrofitOptions rules;
  std::uint64_t restrict = rules.restrict;
  bool json = false;
  ConsoleOptions console;
};

/// False if help was asked for and shown.
bool parse(std::span<const std::string> arguments, RetrofitArguments& given) {
  RetrofitOptions& rules = given.rules;
  Options options("retrofit VECTORS --attract LEXICON [--repel LEXICON] -o OUT [options]",
                  "Fits vectors to a lexicon, a word and its neighbours a line: each word becomes the mean of its old "
                  "vector and of its neighbours' new ones (Faruqui et al. 2015), or words come together and go apart "
                  "by gradient steps (counter-fitting, Mrksic et al. 2016). Proves on what it writes that it is so.");
  options.positional("VECTORS", given.file)
      .add("attract", given.attract, "words that should come near each other, such as synonyms", "LEXICON")
      .add("repel", given.repel, "of counterfit: words that should go apart, such as antonyms", "LEXICON")
      .add("output,o", given.output.file, "the fitted vectors; the ending names the format", "OUT")
      .required("output");
  add_format_options(options, given.output);
  options.add_named("method", rules.method, retrofit_methods, "retrofit or counterfit")
      .add("alpha", rules.alpha, "of retrofit: weight of a word's old vector, against 1 of its neighbours' mean")
      .add("iterations", rules.iterations, "of counterfit: gradient steps, of which the best is taken")
      .add("learning-rate", rules.learning_rate, "of counterfit: of each step")
      .add("attract-margin", rules.attract_margin, "of counterfit: pairs within this distance (1 - cosine) rest")
      .add("repel-margin", rules.repel_margin, "of counterfit: pairs beyond this distance rest")
      .add("preserve", rules.preserve, "of counterfit: weight of old distances of near words, which should not grow")
      .add("radius", rules.radius, "of counterfit: words within this distance of a word of the lexicons are near")
      .add("restrict", given.restrict, "of counterfit: find near words among the first N; 0: all")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number")
      .add("json", given.json, "one JSON document in place of text");
  add_console_options(options, given.console);
  return options.parse(arguments);
}

/// Checks the arguments and completes the rules.
void complete(RetrofitArguments& given) {
  if (given.output.file == "-" || given.output.file == "/dev/stdout")
    throw OptionError("--output: standard output is for the report; write the vectors to a file");
  given.rules.restrict = static_cast<std::size_t>(given.restrict);
  given.rules.attract_name = given.attract;
  given.rules.repel_name = given.repel;
  validate(given.rules);
  if (given.rules.method == RetrofitMethod::retrofit && !given.repel.empty())
    throw OptionError("--repel is for --method counterfit; retrofit only brings words nearer");
  if (given.attract.empty() && given.repel.empty())
    throw OptionError("give a lexicon: --attract LEXICON, or for counterfit --repel LEXICON");
  given.output.format();  // before the work, an error
  given.output.quiet = given.console.quiet;
  RunFiles files;
  given.output.add_to(files);
  files.reads(files_read(given.file));
  files.reads(given.attract);
  files.reads(given.repel);
  files.require_writable();
}

std::optional<SemanticLexicon> lexicon_of(const std::string& file) {
  return file.empty() ? std::nullopt : std::optional(read_lexicon(file));
}

}  // namespace

int run_retrofit(std::span<const std::string> arguments) {
  RetrofitArguments given;
  if (!parse(arguments, given)) return 0;
  complete(given);
  // First: what is wrong with a lexicon shows before vectors are read.
  const std::optional<SemanticLexicon> near = lexicon_of(given.attract), far = lexicon_of(given.repel);
  const Embeddings before = load(given.file, given.console, {.threads = given.rules.threads});
  const auto pairs_of = [&](const std::optional<SemanticLexicon>& lexicon) {
    return lexicon ? related_pairs(before, *lexicon) : RelatedPairs{};
  };
  const RelatedPairs attract = pairs_of(near), repel = pairs_of(far);
  const Retrofitted result =
      retrofit(before, attract.pairs, repel.pairs, given.rules, console_reporting(given.console));
  if (result.lost_ngrams && !given.console.quiet)
    remark("the vectors of n-grams cannot follow those of words; they are left out");
  OutputFiles outputs;
  given.output.write(outputs, result.embeddings);
  outputs.commit();
  const auto used = [](const std::string& file, const RelatedPairs& pairs) {
    return file.empty() ? std::nullopt : std::optional(UsedLexicon{file, pairs.missing, pairs.unknown});
  };
  const RetrofitReport report{given.file, given.output.file, used(given.attract, attract), used(given.repel, repel),
                              result,     given.rules};
  if (given.json)
    print(to_json(report));
  else
    std::cout << to_text(report);
  return 0;
}

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/neighbor_recall.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/vectors/dimension.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/loss_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <array>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

/// Smaller vectors, and what they have lost.
struct Reduction {
  PrecisionOptions precision;
  int dimension = 0;
  bool report = false, json = false;
  std::string precision_name;  ///< empty: as it is
  std::string analogies;
};

void add_reduction(Options& options, Reduction& reduction) {
  options
      .add("precision", reduction.precision_name,
           names_of(precisions) + ", in a native file; pq: product quantisation. By default that of IN",
           {"NAME", all_names(precisions)})
      .add("parts", reduction.precision.parts, "of pq: bytes a vector; 0: dimension / 12.5")
      .add("rotation", reduction.precision.rotation, "of pq: learn a rotation first, which takes longer and loses less")
      .add("dimension", reduction.dimension, "keep only the first N principal directions; 0: all numbers as they are")
      .add("report", reduction.report, "print how many of the 10 nearest neighbours of 1,000 words remain")
      .add("analogies", reduction.analogies, "with --report: accuracy on these before and after", "FILE")
      .add("json", reduction.json, "with --report: one JSON document")
      .add("seed", reduction.precision.seed, "of what pq and --report draw")
      .add("threads,thread", reduction.precision.threads, "0: all cores; the result is the same");
}

/// Throws OptionError for what does not go together.
void take_reduction(const Options& options, Reduction& reduction, const VectorsOutput& output) {
  if (!reduction.precision_name.empty())
    reduction.precision.precision = value_named(reduction.precision_name, "precision", precisions);
  require_at_least("dimension", reduction.dimension, 0);
  require_between("threads", reduction.precision.threads, 0, 4096);
  if (!reduction.report && options.given("json")) throw OptionError("--json is of --report");
  if (!reduction.report && options.given("analogies")) throw OptionError("--analogies is of --report");
  if (reduction.report && output.file == "-") throw OptionError("--report and the vectors cannot both be printed");
  validate(reduction.precision);
  if (reduction.precision.precision != Precision::f32 && output.format() != Format::native)
    throw OptionError("--precision " + std::string(name_of(reduction.precision.precision)) +
                      " is of native files (.safetensors); the other formats have f32");
}

Embeddings reduced(const Embeddings& embeddings, const Reduction& reduction, const ConsoleOptions& console) {
  const ProgressLine line("reducing", "", console);
  start(&progress(), 0);
  const Embeddings shorter = reduction.dimension == 0 ? embeddings
                                                      : with_dimension(embeddings, reduction.dimension,
                                                                       reduction.precision.threads, &progress());
  return reduction.precision_name.empty() ? shorter : with_precision(shorter, reduction.precision, &progress());
}

void report_loss(const Embeddings& before, const Embeddings& after, const std::optional<AnalogySet>& set,
                 const Reduction& reduction, const std::string& file, const ConsoleOptions& console) {
  const ProgressLine line("comparing", "questions", console);
  const int threads = reduction.precision.threads;
  LossReport report{file, after.precision(), after.dimension(),
                    neighbor_recall(before, after, {.seed = reduction.precision.seed, .threads = threads}, &progress()),
                    std::nullopt};
  if (set) {
    const EvaluateOptions options{.threads = threads};
    report.analogies = {set->name, evaluate(before, *set, options, &progress()),
                        evaluate(after, *set, options, &progress())};
  }
  if (reduction.json)
    print(to_json(report));
  else
    std::cout << to_text(report);
}

}  // namespace

int run_convert(std::span<const std::string> arguments) {
  VectorsOutput output;
  std::string input, input_format, words, vocabulary;
  int limit = 0;
  Reduction reduction;
  NotFinite not_finite = NotFinite::refuse;
  ConsoleOptions console;
  Options options("convert IN OUT [options]",
                  "Writes the vectors of IN, whose format is recognized by its content, to OUT. Formats: " +
                      format_list() + ". The words of a .npy file stand beside it in NAME.words.txt.");
  options.positional("IN", input).positional("OUT", output.file);
  add_format_options(options, output);
  options
      .add("input-format", input_format, "take IN for this format", {"NAME", all_names(formats(), &FormatInfo::name)})
      .add("vocabulary", vocabulary,
           "IN has the parameters that glove -binary 1 writes, of these words; written is word + context vector",
           "FILE")
      .add("limit", limit, "only the first N words; 0 takes all")
      .add_named("not-finite", not_finite, not_finite_rules,
                 "refuse, drop or keep: what becomes of rows with a value that is not a finite number")
      .add("words", words, "only the words that this file lists, one a line", "FILE");
  add_reduction(options, reduction);
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  require_at_least("limit", limit, 0);
  take_reduction(options, reduction, output);
  const ReadOptions reading{.format = input_format.empty() ? Format::automatic : format_from_name(input_format),
                            .limit = static_cast<std::size_t>(limit),
                            .threads = reduction.precision.threads,
                            .not_finite = not_finite};
  if (!vocabulary.empty() && not_finite != NotFinite::refuse)
    throw OptionError("--not-finite does not apply to the parameters that --vocabulary reads");
  RunFiles files;
  output.add_to(files);
  files.reads(files_read(input));
  files.reads(std::array{vocabulary, words, reduction.analogies});
  files.require_writable();

  std::optional<AnalogySet> analogies;
  if (!reduction.analogies.empty()) analogies = read_analogies(reduction.analogies);
  Embeddings embeddings = vocabulary.empty()
                              ? load(input, console, reading)
                              : glove_parameter_vectors(input, read_vocabulary(vocabulary), reading.limit);
  Notices notices;
  if (!words.empty()) embeddings = only_words(embeddings, words, &notices);
  if (!console.quiet) remark(notices);
  const Embeddings written = reduced(embeddings, reduction, console);
  {
    const ProgressLine line("writing", "", console);
    OutputFiles outputs;
    output.quiet = console.quiet;
    output.write(outputs, written);
    outputs.commit();
  }
  if (!console.quiet)
    remark("wrote " + grouped(written.size()) + " words of " + std::to_string(written.dimension()) + " dimensions to " +
           output.file);
  if (reduction.report) report_loss(embeddings, written, analogies, reduction, output.file, console);
  return 0;
}

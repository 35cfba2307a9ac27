#include "equivec/base/error.hpp"
#include "equivec/sequence/model.hpp"
#include "src/base/lines.hpp"
#include "src/files/decompress.hpp"
#include "src/files/delimited.hpp"
#include "src/files/mapped_file.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"
#include "src/sequence/too_long.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/query.hpp"
#include "apps/sequence/commands.hpp"
#include "apps/sequence/options.hpp"

#include <iostream>

using namespace equivec;

namespace {

/// A text a line, cut into units.
std::vector<std::vector<std::string>> read_texts(const std::string& file, const SequenceModel& model, int longest) {
  const auto mapped = open_decompressed(file, &progress());
  const std::string name = file == "-" ? "standard input" : file;
  const Embeddings vectors = model.vectors();
  std::vector<std::string> lines;
  for_each_line(without_byte_order_mark(mapped->bytes()), [&](std::string_view line, std::size_t) {
    lines.emplace_back(trimmed(line));
    return true;
  });
  std::vector<std::vector<std::string>> texts = units_of(lines, model.options().units, &vectors);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string where = place(name, i + 1);
    if (texts[i].empty()) throw Error(where + "the text has no word; write one text a line");
    if (texts[i].size() > static_cast<std::size_t>(longest))
      throw Error(where + too_long(texts[i].size(), longest, name_of(model.options().units)));
  }
  require_whole_inputs();
  return texts;
}

void show_classes(const SequenceModel& model, std::span<const std::vector<std::string>> texts, bool json) {
  const std::vector<std::string>& labels = model.labels();
  for (const ClassPrediction& prediction : model.classify(texts, &progress())) {
    const std::string& label = labels[prediction.label];
    if (!json) {
      std::cout << label << '\t' << formatted("%.4f", prediction.probabilities[prediction.label]) << '\n';
      continue;
    }
    Json document = {{"label", label}, {"probabilities", Json::object()}};
    for (std::size_t k = 0; k < labels.size(); ++k) document["probabilities"][labels[k]] = prediction.probabilities[k];
    print(document);
  }
}

void show_tags(const SequenceModel& model, std::span<const std::vector<std::string>> texts, bool json) {
  const std::vector<std::vector<std::string>> tags = model.tag(texts, &progress());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (json) {
      print(Json{{"words", texts[i]}, {"tags", tags[i]}});
      continue;
    }
    for (std::size_t k = 0; k < tags[i].size(); ++k) std::cout << texts[i][k] << '\t' << tags[i][k] << '\n';
    std::cout << '\n';
  }
}

void show_translations(const SequenceModel& model, std::span<const std::vector<std::string>> texts,
                       const BeamOptions& beam, bool json) {
  const bool words = model.options().units == SequenceUnits::words;
  for (const SequenceTranslation& translation : model.translate(texts, {}, beam, &progress())) {
    std::string text;
    for (const std::string& unit : translation.units) text += (words && !text.empty() ? " " : "") + unit;
    if (json)
      print(Json{{"text", text}, {"score", translation.score}});
    else
      std::cout << text << '\n';
  }
}

}  // namespace

int run_predict(std::span<const std::string> arguments) {
  std::string file, texts_file = "-";
  BeamOptions beam;
  int threads = 1, longest = SequenceReadOptions().longest;
  bool json = false;
  ConsoleOptions console;
  Options options("sequence predict MODEL [TEXTS] [options]",
                  "Says what a model thinks of texts, one a line, from a file or from standard input: a label and its "
                  "probability a line; a word and its tag a line, with an empty line after each text; or the target.");
  options.positional("MODEL", file).positional("TEXTS", texts_file, 0);
  add_beam_options(options, beam);
  options.add("longest", longest, "units of a text at most")
      .add("threads,thread", threads, "0: all cores")
      .add("json", json, "a JSON document a line, with all probabilities");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  require_between("threads", threads, 0, 4096);
  require_between("longest", longest, 1, 100000);
  validate(beam);
  set_sequence_threads(threads);
  const SequenceModel model = SequenceModel::read(file);
  const std::vector<std::vector<std::string>> texts = read_texts(texts_file, model, longest);
  switch (model.task()) {
    case SequenceTask::classify:
      show_classes(model, texts, json);
      break;
    case SequenceTask::tag:
      show_tags(model, texts, json);
      break;
    case SequenceTask::translate:
      show_translations(model, texts, beam, json);
      break;
    case SequenceTask::language_model:
      throw Error(file + ": is a language model; 'equivec sequence sample' makes texts with it");
  }
  return 0;
}

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "src/report/json.hpp"
#include "src/report/vectors_description.hpp"
#include "src/base/text_numbers.hpp"
#include "src/vectors/finite.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <system_error>

using namespace equivec;

namespace {

/// Empty if there are none.
std::string ngrams_line(const Embeddings& embeddings) {
  const Subwords* subwords = embeddings.subwords();
  if (!subwords) return "";
  const NgramRule& rule = subwords->rule();
  return "n-grams      of " + std::to_string(rule.min_length) + " to " + std::to_string(rule.max_length) +
         " characters, " + grouped(static_cast<std::uint64_t>(subwords->matrix().rows())) + " vectors\n";
}

}  // namespace

int run_info(std::span<const std::string> arguments) {
  std::string file;
  bool json = false;
  Options options("info FILE [options]",
                  "Says what a file of vectors is: its format, size, first words, and how it was made.");
  options.positional("FILE", file).add("json", json, "one JSON document");
  if (!options.parse(arguments)) return 0;

  Format format = Format::automatic;
  const Embeddings embeddings = load(file, {}, {}, &format);
  const FormatInfo info = *std::ranges::find(formats(), format, &FormatInfo::format);
  std::error_code ignored;
  const bool on_disk = info.is_folder || std::filesystem::is_regular_file(file, ignored);
  std::uint64_t bytes = 0;  // of a pipe it is not known
  for (const auto& part : info.is_folder ? files_read(file) : std::vector<std::filesystem::path>{file})
    if (on_disk) bytes += std::filesystem::file_size(part, ignored);
  std::vector<std::string> first_words;
  for (std::size_t row = 0; row < std::min<std::size_t>(embeddings.size(), 8); ++row)
    first_words.emplace_back(embeddings.vocabulary().word(word_id(row)));
  require_finite(file, embeddings.vocabulary(), embeddings.matrix(), 0);
  const Eigen::VectorXd lengths = embeddings.matrix().cast<double>().rowwise().norm();
  const auto zeros = static_cast<std::size_t>((lengths.array() == 0).count());
  if (json) {
    Json document = {{"file", file},
                     {"bytes", on_disk ? Json(bytes) : Json(nullptr)},
                     {"first_words", first_words},
                     {"mean_length", lengths.mean()},
                     {"zero_vectors", zeros}};
    if (const Tokenizer* tokenizer = embeddings.tokenizer())
      document["tokenizer"] = {{"bytes", tokenizer->file().size()}};
    document["places"] = embeddings.places() != nullptr;
    document.update(vectors_description(embeddings, format));
    print(document);
    return 0;
  }
  char mean[32];
  std::snprintf(mean, sizeof mean, "%.4f", lengths.mean());
  std::cout << "format       " << info.name << " (" << info.summary << ")\n"
            << "words        " << grouped(embeddings.size()) << '\n'
            << "dimension    " << embeddings.dimension() << '\n'
            << (embeddings.packed() ? "precision    " + std::string(name_of(embeddings.precision())) + "\n" : "")
            << ngrams_line(embeddings) << "bytes        " << (on_disk ? grouped(bytes) : "-") << '\n'
            << "first words ";
  for (const std::string& word : first_words) std::cout << ' ' << word;
  std::cout << "\nmean length  " << mean << (zeros > 0 ? " (" + grouped(zeros) + " words have a zero vector)" : "")
            << '\n';
  if (const Tokenizer* tokenizer = embeddings.tokenizer())
    std::cout << "tokenizer    tokenizer.json of " << grouped(tokenizer->file().size()) << " bytes\n";
  if (embeddings.places()) std::cout << "places       in the plane, of every word\n";
  for (const auto& [name, value] : embeddings.metadata())
    std::cout << "metadata     " << name << " = " << value << '\n';
  return 0;
}

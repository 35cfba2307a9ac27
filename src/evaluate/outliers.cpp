#include "equivec/evaluate/outliers.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/types.hpp"
#include "src/base/lines.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/evaluate/word_lookup.hpp"
#include "src/files/delimited.hpp"
#include "src/files/decompress.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>

namespace equivec {

namespace {

/// What stands between the quotes of ['a', "b"]; empty unless it is such a list.
std::optional<std::vector<std::string>> parse_list(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_space(text[at]) || text[at] == ',') continue;
    if (text[at] != '\'' && text[at] != '"') return std::nullopt;
    const char quote = text[at];
    std::string item;
    for (++at; at < text.size() && text[at] != quote; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      item += text[at];
    }
    if (at == text.size()) return std::nullopt;
    if (!item.empty()) result.push_back(std::move(item));
  }
  return result;
}

void read_outlier_table(const std::filesystem::path& file, OutlierSet& set) {
  std::vector<std::string> heading;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, ',');
    if (heading.empty()) {
      heading = std::move(fields);
      return;
    }
    const std::size_t name = column_named(heading, "category"), words = column_named(heading, "words"),
                      outliers = column_named(heading, "outliers");
    if (std::max({name, words, outliers}) >= heading.size())
      throw Error(file.string() + ":1: expected columns category, outliers and words");
    if (fields.size() != heading.size())
      throw Error(place(file, number) + "expected " + std::to_string(heading.size()) + " fields, found " +
                  std::to_string(fields.size()));
    auto in = parse_list(fields[words]), out = parse_list(fields[outliers]);
    if (!in || !out) throw Error(place(file, number) + "expected lists such as ['a', 'b'] of words and of outliers");
    set.groups.push_back({fields[name], std::move(*in), std::move(*out)});
  });
}

void read_outlier_group(const std::filesystem::path& file, OutlierSet& set) {
  OutlierSet::Group group{.name = file.stem().string(), .words = {}, .outliers = {}};
  const auto text = open_decompressed(file);
  bool after = false;
  for_each_line(without_byte_order_mark(text->bytes()), [&](std::string_view line, std::size_t) {
    line = trimmed(line);
    if (line.empty())
      after = after || !group.words.empty();
    else
      (after ? group.outliers : group.words).emplace_back(line);
    return true;
  });
  require_whole_inputs();
  if (group.outliers.empty())
    throw Error(file.string() + ": expected words, one a line, an empty line, and outliers; found " +
                std::to_string(group.words.size()) + " words and no outlier");
  set.groups.push_back(std::move(group));
}

}  // namespace

OutlierSet read_outliers(const std::filesystem::path& from) {
  OutlierSet set{.name = set_name(from), .groups = {}};
  for (const std::filesystem::path& file : files_of(from))
    if (file.extension() == ".csv")
      read_outlier_table(file, set);
    else
      read_outlier_group(file, set);
  if (set.groups.empty()) throw Error(from.string() + ": holds no group of words with outliers");
  return set;
}

OutlierResult evaluate(const Embeddings& embeddings, const OutlierSet& set, const EvaluateOptions& options) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings, options.restrict, options.fold_case);
  OutlierResult result;
  std::vector<double> positions;
  for (const OutlierSet::Group& group : set.groups) {
    std::vector<WordId> words;
    for (const std::string& name : group.words)
      if (const auto word = lookup.find(name)) words.push_back(*word);
    for (const std::string& name : group.outliers) {
      const auto outlier = lookup.find(name);
      if (!outlier || words.size() < 2) {
        result.outcomes.push_back(Outcome::missing);
        continue;
      }
      std::vector<WordId> all = words;
      all.push_back(*outlier);
      // Sums of cosines with the others have the same ranks as means.
      std::vector<double> sums(all.size());
      for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const double similarity = cosine(embeddings[all[i]], embeddings[all[j]]);
          sums[i] += similarity;
          sums[j] += similarity;
        }
      const auto nearer = std::ranges::count_if(sums, [&](double sum) { return sum > sums.back(); });
      positions.push_back(static_cast<double>(nearer) / static_cast<double>(words.size()));
      result.outcomes.push_back(static_cast<std::size_t>(nearer) == words.size() ? Outcome::right : Outcome::wrong);
    }
  }
  result.accuracy = accuracy_of(set.name, result.outcomes, options.bootstrap);
  const auto mean = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    double sum = 0;
    for (std::size_t i = 0; i < positions.size(); ++i) sum += positions[i] * static_cast<double>(times[i]);
    return sum / static_cast<double>(positions.size());
  };
  if (!positions.empty()) result.position = mean(std::vector<std::uint32_t>(positions.size(), 1));
  result.position_interval =
      percentile_interval(bootstrap(positions.size(), mean, options.bootstrap), options.bootstrap);
  return result;
}

std::optional<Difference> compare(const OutlierResult& first, const OutlierResult& second,
                                  const BootstrapOptions& options) {
  return compare_proportions(discordance(first.outcomes, second.outcomes), options);
}

}  // namespace equivec

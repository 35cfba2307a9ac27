#include "src/text/json_lines.hpp"
#include "input_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>

using namespace equivec;
using Json = nlohmann::json;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// Where nlohmann's parser finds a text, it is the one extracted.
void compare_with_json(std::string_view line, const ExtractedText& extracted) {
  if (line.find('\0') != line.npos || line.starts_with("\xef\xbb\xbf")) return;  // nlohmann's parser stops, or skips it
  const Json record = Json::parse(line, nullptr, false);
  if (!record.is_object() || !record.contains("text") || !record["text"].is_string()) return;
  if (extracted.problem)
    require(extracted.problem->message.ends_with(" twice"));
  else
    require(extracted.text == record["text"].get<std::string>() + "\n" && extracted.invalid == 0);
}

/// The first byte says where the text is, the second where the lines are cut.
void read(std::string_view input) {
  constexpr std::string_view fields[] = {"text", "/text", "/text/0", "/a/text", "/0/1/a~1b", ""};
  const auto first = static_cast<unsigned char>(input[0]), second = static_cast<unsigned char>(input[1]);
  const auto reader = json_lines(std::string(fields[first % std::size(fields)]));
  const std::string_view lines = input.substr(2);
  ExtractedText all, pieces;
  reader->extract(lines, all);

  const std::string_view start = lines.substr(0, lines.size() * second / 255);
  const std::size_t size = reader->whole_records(start, false);
  require(size <= start.size() && (size == 0 || start[size - 1] == '\n'));
  reader->extract(lines.substr(0, size), pieces);
  if (!pieces.problem) {
    reader->extract(lines.substr(size), pieces);
    if (pieces.problem)
      pieces.problem->line += static_cast<std::uint64_t>(std::ranges::count(lines.substr(0, size), '\n'));
  }
  require(pieces.text == all.text && pieces.records == all.records && pieces.empty == all.empty);
  require(pieces.invalid == all.invalid && pieces.problem.has_value() == all.problem.has_value());
  require(!all.problem || (pieces.problem->line == all.problem->line && !all.problem->message.empty()));
  require(all.text.empty() ? all.records == 0 : all.text.back() == '\n');
  if (first % std::size(fields) < 2 && lines.find('\n') == lines.npos) compare_with_json(lines, all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  return answered([&] { read({reinterpret_cast<const char*>(bytes), size}); });
}

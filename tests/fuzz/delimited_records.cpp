#include "src/text/delimited_records.hpp"
#include "input_file.hpp"
#include "text/plain_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace equivec;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// The largest number of whole records, and the same text from pieces.
void check_pieces(const RecordReader& reader, std::string_view table, std::size_t cut, const ExtractedText& all) {
  const std::size_t size = reader.whole_records(table.substr(0, cut), false);
  require(size <= cut && (size == 0 || table[size - 1] == '\n'));
  ExtractedText pieces;
  reader.extract(table.substr(0, size), pieces);
  if (!pieces.problem) {
    reader.extract(table.substr(size), pieces);
    if (pieces.problem)
      pieces.problem->line += static_cast<std::uint64_t>(std::ranges::count(table.substr(0, size), '\n'));
  }
  require(pieces.text == all.text && pieces.records == all.records && pieces.empty == all.empty);
  require(pieces.problem.has_value() == all.problem.has_value());
  require(!all.problem ||
          (pieces.problem->line == all.problem->line && pieces.problem->message == all.problem->message));
}

/// A table without a header, whose first record has so many fields, is read as its rules say.
void check_rules(std::string_view table, char separator, std::size_t fields, std::size_t column, std::size_t cut) {
  std::string start = "a";
  for (std::size_t i = 1; i < fields; ++i) start += std::string(1, separator) + "b";
  const auto reader = delimited_records(std::to_string(column), start, true, "table");
  const PlainTable plain(table, separator, fields);
  ExtractedText all;
  reader->extract(table, all);
  require(all.text == plain.column(column));
  const bool lacks = std::ranges::any_of(plain.records, [&](const auto& record) { return record.size() < column; });
  require(all.problem.has_value() == (lacks || plain.malformed));
  const std::size_t records = reader->whole_records(table.substr(0, cut), false);
  require(records >= plain.least_whole(cut) && records <= plain.most_whole(cut));
  require(records == 0 || std::ranges::find(plain.ends, records) != plain.ends.end());
  check_pieces(*reader, table, cut, all);
}

/// The first byte says which column of which table, the second where it is cut.
void read(std::string_view input) {
  const auto first = static_cast<unsigned char>(input[0]), second = static_cast<unsigned char>(input[1]);
  const std::string_view table = input.substr(2);
  const std::size_t cut = table.size() * second / 255;
  check_rules(table, "\t;,"[first % 3], 2 + first / 9 % 4, 1 + first / 3 % 3, cut);

  const auto reader = delimited_records(first % 2 == 0 ? "text" : "2", table, first % 4 < 2, "table");
  const std::string_view records = table.substr(reader->header_size());
  ExtractedText all;
  reader->extract(records, all);
  check_pieces(*reader, records, records.size() * second / 255, all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  return answered([&] { read({reinterpret_cast<const char*>(bytes), size}); });
}

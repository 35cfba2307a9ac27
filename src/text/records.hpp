#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace equivec {

/// The text of some records. Each thread that extracts has its own.
struct ExtractedText {
  /// Why a record is no record, without the file's name.
  struct Problem {
    std::uint64_t line = 0;  ///< where it begins, counted from 0 within the records given
    std::string message;
  };

  std::string text;  ///< that of each record, followed by a line feed
  std::uint64_t records = 0;
  std::uint64_t empty = 0;                    ///< records whose text is null or has no word
  std::uint64_t invalid = 0;                  ///< halves of surrogate pairs that stand alone, as U+FFFD in the text
  std::optional<Problem> problem;             ///< the first one; extraction stops before its record
  std::optional<std::uint64_t> invalid_line;  ///< where the first of `invalid` stands, counted as a problem's line

  /// Ends a record, whose text are the bytes from `begin` on.
  void end_record(std::size_t begin);
};

/// Finds the texts in a file of records. Every function may be called by several threads at once.
class RecordReader {
 public:
  RecordReader() = default;
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  virtual ~RecordReader() = default;

  /// The bytes at the start of the file before its first record: the header of a table.
  virtual std::size_t header_size() const noexcept { return 0; }

  /// How many bytes at the start of `bytes`, which begin with a record, are whole records; 0 if the first one may go
  /// on after them. `whole`: the file ends with these bytes, and its last record may lack the line feed.
  virtual std::size_t whole_records(std::string_view bytes, bool whole) const noexcept = 0;

  /// Appends the texts of records that whole_records() has cut. REQUIRES: !to.problem
  virtual void extract(std::string_view records, ExtractedText& to) const = 0;
};

/// "'id', 'text'", at most ten, for messages.
std::string quoted_names(std::span<const std::string> names);

}  // namespace equivec

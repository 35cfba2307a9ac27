#include "equivec/counts/text_summary.hpp"

#include "src/base/text_numbers.hpp"

#include <cstdio>

namespace equivec {

namespace {

std::string counted(std::uint64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string with(const WordTotals& totals) {
  return counted(totals.types, "word") + " (" + counted(totals.tokens, "token") + ")";
}

std::string one_decimal(double value) {
  const auto tenths = static_cast<std::uint64_t>(value * 10 + .5);
  return grouped(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

std::string described(const TextSummary& summary) {
  std::string text;
  const auto list = [&](const std::string& part) { text += (text.empty() || text.ends_with("; ") ? "" : ", ") + part; };
  const auto list_if = [&](std::uint64_t number, const std::string& noun) {
    if (number > 0) list(counted(number, noun));
  };
  list_if(summary.files, "file");
  list_if(summary.bytes, "byte");
  list_if(summary.lines, "line");
  if (summary.records > 0)
    list(counted(summary.records, "record") +
         (summary.empty_records > 0 ? " (" + grouped(summary.empty_records) + " without a word)" : ""));
  list_if(summary.sentences, "sentence");
  list(counted(summary.words.tokens, "token"));
  list_if(summary.words.types, "different word");
  list_if(summary.invalid, "piece");
  if (summary.invalid > 0) text += " that " + std::string(summary.invalid == 1 ? "is" : "are") + " not UTF-8";
  if (summary.cuts > 0) list(counted(summary.cuts, "cut") + " of long sentences");
  text += "; kept ";
  text += with(summary.kept);
  const auto left_out = [&](const WordTotals& totals, const std::string& why) {
    if (totals.types > 0) text += "; left out " + with(totals) + " " + why;
  };
  left_out(summary.rare, "that are too rare");
  left_out(summary.beyond, "beyond the largest size");
  left_out(summary.dropped, "that are to be dropped");
  if (summary.outside > 0) text += "; left out " + counted(summary.outside, "token") + " outside the vocabulary";
  return text + "; " + one_decimal(summary.seconds) + " s";
}

}  // namespace equivec

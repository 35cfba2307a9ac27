#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct LabelledTexts {
  std::string name;                     ///< of the file, for messages
  std::vector<std::string> classes;     ///< the labels that occur, each once, in byte order
  std::vector<std::uint32_t> labels;    ///< for each text, the index of its label in `classes`
  std::vector<std::string> texts;       ///< may be empty
  std::vector<std::size_t> lines = {};  ///< of the file, from 1, that each stands on
};

/// One text a line, all in the form of the first line: fastText's "__label__NAME text", with one label before each text
/// and none in it; or the label, a tab and the text. Plain or compressed; "-" is standard input; lines of white space
/// are skipped. A label without a text has the empty text. At most 1000 labels of at most 1000 bytes each: more
/// suggests that the column does not hold labels. Throws Error with file and line for a line that does not fit, Error
/// if there is no text; Cancelled.
LabelledTexts read_labelled_texts(const std::filesystem::path& file, const Progress* progress = nullptr);

}  // namespace equivec

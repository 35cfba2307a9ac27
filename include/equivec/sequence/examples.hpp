#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// What a sequence model does.
enum class SequenceTask {
  classify,        ///< a label for each text
  tag,             ///< a tag for each word
  language_model,  ///< the next word, or character, of a text
  translate        ///< a sequence for each sequence
};
inline constexpr std::array sequence_tasks = {SequenceTask::classify, SequenceTask::tag, SequenceTask::language_model,
                                              SequenceTask::translate};
/// "classify", "tag", "language-model", "translate".
std::string_view name_of(SequenceTask task);

/// What the steps of a sequence are.
enum class SequenceUnits { words, characters };
inline constexpr std::array sequence_units = {SequenceUnits::words, SequenceUnits::characters};
/// "words", "characters".
std::string_view name_of(SequenceUnits units);

/// Texts and what a model should say of each: one label (classify); a tag for each word (tag); the words of another
/// sequence (translate); nothing (language_model).
struct SequenceExamples {
  std::string name;                               ///< of the file, for messages
  std::vector<std::vector<std::string>> inputs;   ///< the units of each text, at least one
  std::vector<std::vector<std::string>> outputs;  ///< as many as inputs
  std::vector<std::size_t> lines;                 ///< where each begins, from 1

  std::size_t size() const noexcept { return inputs.size(); }
};

struct SequenceReadOptions {
  SequenceUnits units = SequenceUnits::words;  ///< of classify, language_model and translate
  /// Of tag: which column holds the word and which the tag, from 1. 0: of CoNLL-U, which has ten, the second and the
  /// fourth; else the first and the last.
  int word_column = 0, tag_column = 0;
  int longest = 1000;  ///< units of an example, 1 to 100,000
};
/// Throws OptionError.
void validate(const SequenceReadOptions& options);

/// Reads examples, compressed or not; "-" is standard input.
///
/// classify: as read_labelled_texts(). A text of more than `longest` units is cut there, with a notice that counts
/// them. Words are found as the training of `vectors` found its own, as far as their metadata tell; else, and without
/// vectors, they stand between white space.
/// tag: columns between tabs, or else between blanks, one word a line, with an empty line after each sentence. If the
/// columns are CoNLL-U's, lines that begin with '#', multiword tokens ("1-2") and empty nodes ("1.1") are passed over.
/// language_model: a text a line.
/// translate: source, a tab, target, a line.
///
/// Lines of white space are passed over. Throws Error with file and line for a text without a word, for a missing
/// column, and, but for classify and language_model, for an example longer than `longest`; Error if there is no
/// example; Cancelled.
SequenceExamples read_sequence_examples(SequenceTask task, const std::filesystem::path& file,
                                        const SequenceReadOptions& options = {}, const Embeddings* vectors = nullptr,
                                        Notices* notices = nullptr, const Progress* progress = nullptr);

/// The units of a text: words between white space, by the rules of `vectors` if there are any, or code points.
std::vector<std::string> units_of(std::string_view text, SequenceUnits units, const Embeddings* vectors = nullptr);
/// The same of many texts, for which the rules are made once.
std::vector<std::vector<std::string>> units_of(std::span<const std::string> texts, SequenceUnits units,
                                               const Embeddings* vectors = nullptr);

}  // namespace equivec

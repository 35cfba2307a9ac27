#include "src/sequence/encoding.hpp"

#include "equivec/base/error.hpp"
#include "src/base/suggestion.hpp"
#include "src/files/delimited.hpp"
#include "src/sequence/crf.hpp"
#include "src/sequence/language_model.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

/// All texts one after the other, an end of text before the first and behind each.
EncodedExamples encoded_stream(const SequenceExamples& examples,
                               const std::map<std::string, std::int64_t, std::less<>>& numbers,
                               const TokenVectorsImpl& vectors) {
  std::vector<std::string> units = {std::string(end_of_text)};
  for (const std::vector<std::string>& text : examples.inputs) {
    units.insert(units.end(), text.begin(), text.end());
    units.emplace_back(end_of_text);
  }
  EncodedExamples result;
  std::vector<std::int64_t> labels;
  for (const std::string& unit : units) {
    const auto found = numbers.find(unit);
    labels.push_back(found == numbers.end() ? unknown_label_of_stream : found->second);
  }
  result.inputs.push_back(vectors.tokens_of(std::move(units)));
  result.outputs.push_back(std::move(labels));
  return result;
}

}  // namespace

EncodedExamples encoded(const SequenceExamples& examples, const NetworkShape& shape,
                        const std::map<std::string, std::int64_t, std::less<>>& numbers,
                        const TokenVectorsImpl& vectors) {
  if (shape.task == SequenceTask::language_model) return encoded_stream(examples, numbers, vectors);
  EncodedExamples result;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    result.inputs.push_back(vectors.tokens_of(examples.inputs[i]));
    std::vector<std::int64_t>& labels = result.outputs.emplace_back();
    for (const std::string& label : examples.outputs[i]) {
      const auto found = numbers.find(label);
      if (found == numbers.end() && shape.task != SequenceTask::translate)
        throw Error(place(examples.name, examples.lines[i]) + "the " +
                    (shape.task == SequenceTask::tag ? "tag '" : "label '") + escaped(label) +
                    "' does not occur in the training; take it out, or train on some");
      labels.push_back(found == numbers.end() ? unknown_label_of_target : found->second);
    }
  }
  return result;
}

bool keep_bio(std::span<const std::vector<std::string>> tags) {
  return std::ranges::all_of(tags, [](const std::vector<std::string>& sentence) {
    for (std::size_t i = 0; i < sentence.size(); ++i)
      if (!bio_allows(i == 0 ? "" : sentence[i - 1], sentence[i])) return false;
    return true;
  });
}

}  // namespace equivec

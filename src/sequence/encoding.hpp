#pragma once

#include "equivec/sequence/examples.hpp"
#include "src/sequence/model_state.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace equivec {

/// Examples with the rows of their units and the numbers of their labels. Throws Error with file and line for a class
/// or a tag that has no number.
EncodedExamples encoded(const SequenceExamples& examples, const NetworkShape& shape,
                        const std::map<std::string, std::int64_t, std::less<>>& numbers,
                        const TokenVectorsImpl& vectors);

/// True if no sentence's tags break the rules of BIO (see bio_allows()).
bool keep_bio(std::span<const std::vector<std::string>> tags);

}  // namespace equivec

#include "src/counts/vocabulary_builder.hpp"

#include "equivec/base/error.hpp"

#include <utility>

namespace equivec {

VocabularyBuilder::VocabularyBuilder() : tables_(std::make_shared<Tables>()) { tables_->offsets.push_back(0); }

bool VocabularyBuilder::add(std::string_view word, std::uint64_t count) {
  if (size() >= WordIndex::nothing - 1) throw Error("more than 4,294,967,294 words");
  const auto number = static_cast<std::uint32_t>(size());
  const std::uint32_t first =
      index_.insert(word, number, [&](std::uint32_t i) { return i == number ? word : tables_->word(i); });
  if (first != number) return false;
  tables_->bytes += word;
  tables_->offsets.push_back(static_cast<std::int64_t>(tables_->bytes.size()));
  tables_->counts.push_back(static_cast<std::int64_t>(count));
  return true;
}

Vocabulary VocabularyBuilder::vocabulary() && {
  const std::shared_ptr<const Tables> tables = std::move(tables_);
  return Vocabulary::of_different_words(tables->offsets, tables->counts, tables->bytes, tables, std::move(index_));
}

}  // namespace equivec

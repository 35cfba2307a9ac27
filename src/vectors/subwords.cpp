#include "equivec/vectors/subwords.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace equivec {

namespace {

constexpr std::string_view sentence_end = "</s>";

std::uint32_t fasttext_hash(std::string_view ngram) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : ngram) {
    hash ^= static_cast<std::uint32_t>(static_cast<std::int8_t>(byte));
    hash *= 16777619U;
  }
  return hash;
}

/// The characters of UTF-8, each byte that is not part of one as a character of its own.
std::vector<std::uint32_t> characters_of(std::string_view text) {
  std::vector<std::uint32_t> result;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    std::uint32_t character = length == 1 ? byte : byte & (0xFFU >> (length + 1));
    std::size_t end = at + 1;
    for (; end < at + length && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++end)
      character = character << 6 | (static_cast<unsigned char>(text[end]) & 0x3FU);
    result.push_back(end == at + length ? character : byte);
    at = end == at + length ? end : at + 1;
  }
  return result;
}

std::uint64_t finalfusion_hash(std::string_view ngram) {
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&](std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      hash ^= number >> (8 * i) & 0xFF;
      hash *= 1099511628211ULL;
    }
  };
  const std::vector<std::uint32_t> characters = characters_of(ngram);
  add(characters.size(), 8);
  for (const std::uint32_t character : characters) add(character, 4);
  return hash;
}

std::uint32_t bucket_of(const NgramRule& rule, std::string_view ngram) {
  const std::uint64_t hash = rule.hash == NgramHash::fasttext ? fasttext_hash(ngram) : finalfusion_hash(ngram);
  return static_cast<std::uint32_t>(hash % rule.buckets);
}

template <class F>
void for_each_ngram_of(const NgramRule& rule, std::string_view word, const F& f) {
  if (word != sentence_end) for_each_ngram(word, rule.min_length, rule.max_length, rule.hash == NgramHash::fasttext, f);
}

}  // namespace

void append_buckets(const NgramRule& rule, std::string_view word, std::vector<std::uint32_t>& buckets) {
  for_each_ngram_of(rule, word, [&](std::string_view ngram) { buckets.push_back(bucket_of(rule, ngram)); });
}

std::string_view name_of(NgramHash hash) {
  switch (hash) {
    case NgramHash::fasttext:
      return "fasttext";
    case NgramHash::finalfusion:
      return "finalfusion";
    case NgramHash::listed:
      return "listed";
  }
  return {};
}

void validate(const NgramRule& rule) {
  require_between("the longest n-gram", rule.max_length, 1, 100);
  require_between("the shortest n-gram", rule.min_length, 1, rule.max_length);
  if (rule.buckets == 0 || rule.buckets > std::numeric_limits<std::uint32_t>::max())
    throw OptionError("buckets must be from 1 to 4,294,967,295, got " + grouped(rule.buckets));
}

struct Subwords::Storage {
  NgramRule rule;
  Matrix own;  // of `listed`
  std::vector<std::string> ngrams;
  std::unordered_map<std::string_view, std::uint32_t> numbers;  // of `listed`
  std::shared_ptr<const void> owner;
  const float* numbers_of_rows = nullptr;
  Eigen::Index rows = 0, columns = 0;
  std::span<const std::uint32_t> kept;

  std::optional<std::uint32_t> row_of(std::string_view ngram) const {
    if (rule.hash == NgramHash::listed) {
      const auto found = numbers.find(ngram);
      return found == numbers.end() ? std::nullopt : std::optional(found->second);
    }
    const std::uint32_t bucket = bucket_of(rule, ngram);
    if (kept.empty()) return bucket;
    const auto found = std::ranges::lower_bound(kept, bucket);
    if (found == kept.end() || *found != bucket) return std::nullopt;
    return static_cast<std::uint32_t>(found - kept.begin());
  }
};

Subwords::Subwords(NgramRule rule, MatrixView rows, std::shared_ptr<const void> owner,
                   std::span<const std::uint32_t> kept) {
  validate(rule);
  const std::uint64_t expected = kept.empty() ? rule.buckets : kept.size();
  if (static_cast<std::uint64_t>(rows.rows()) != expected)
    throw Error(grouped(expected) + " buckets of n-grams but " + std::to_string(rows.rows()) + " vectors");
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i] >= rule.buckets || (i > 0 && kept[i] <= kept[i - 1]))
      throw Error("the buckets of n-grams that have vectors do not ascend below " + grouped(rule.buckets));
  auto storage = std::make_shared<Storage>();
  storage->rule = rule;
  storage->owner = std::move(owner);
  storage->numbers_of_rows = rows.data();
  storage->rows = rows.rows();
  storage->columns = rows.cols();
  storage->kept = kept;
  storage_ = std::move(storage);
}

Subwords::Subwords(int min_length, int max_length, std::span<const std::string> ngrams, Matrix rows) {
  const NgramRule rule{min_length, max_length, ngrams.size(), NgramHash::listed};
  validate(rule);
  if (static_cast<std::size_t>(rows.rows()) != ngrams.size())
    throw Error(std::to_string(ngrams.size()) + " n-grams but " + std::to_string(rows.rows()) + " vectors");
  auto storage = std::make_shared<Storage>();
  storage->rule = rule;
  storage->own = std::move(rows);
  storage->ngrams.assign(ngrams.begin(), ngrams.end());
  storage->numbers_of_rows = storage->own.data();
  storage->rows = storage->own.rows();
  storage->columns = storage->own.cols();
  for (const std::string& ngram : storage->ngrams)
    if (!storage->numbers.emplace(ngram, static_cast<std::uint32_t>(storage->numbers.size())).second)
      throw Error("the n-gram '" + ngram + "' is listed twice");
  storage_ = std::move(storage);
}

const NgramRule& Subwords::rule() const noexcept { return storage_->rule; }

MatrixView Subwords::matrix() const noexcept { return {storage_->numbers_of_rows, storage_->rows, storage_->columns}; }

std::span<const std::uint32_t> Subwords::kept() const noexcept { return storage_->kept; }

std::span<const std::string> Subwords::ngrams() const noexcept { return storage_->ngrams; }

int Subwords::dimension() const noexcept { return static_cast<int>(storage_->columns); }

void Subwords::append_rows(std::string_view word, std::vector<std::uint32_t>& rows) const {
  for_each_ngram_of(storage_->rule, word, [&](std::string_view ngram) {
    if (const auto row = storage_->row_of(ngram)) rows.push_back(*row);
  });
}

std::optional<std::vector<float>> Subwords::vector_of(std::string_view word) const {
  std::vector<std::uint32_t> rows;
  append_rows(word, rows);
  if (rows.empty()) return std::nullopt;
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(storage_->columns);
  for (const std::uint32_t row : rows) sum += matrix().row(row).transpose().cast<double>();
  const Eigen::VectorXf mean = (sum / static_cast<double>(rows.size())).cast<float>();
  return std::vector<float>(mean.begin(), mean.end());
}

}  // namespace equivec

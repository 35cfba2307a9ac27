#include "src/train/word2vec_subwords.hpp"

#include <algorithm>
#include <bit>

namespace equivec {

NgramRows ngram_rows(const Vocabulary& vocabulary, const NgramRule& rule) {
  NgramRows result;
  result.begins.push_back(0);
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    append_buckets(rule, vocabulary.word(word_id(i)), result.rows);
    result.begins.push_back(result.rows.size());
  }
  result.kept = result.rows;
  std::ranges::sort(result.kept);
  result.kept.erase(std::unique(result.kept.begin(), result.kept.end()), result.kept.end());
  for (std::uint32_t& row : result.rows)
    row = static_cast<std::uint32_t>(std::ranges::lower_bound(result.kept, row) - result.kept.begin());
  return result;
}

ComposedWindow::ComposedWindow(const Table& words, const Table& ngrams, const NgramRows& rows,
                               const WindowKernels& kernels, std::size_t places)
    : words_(words),
      ngrams_(ngrams),
      rows_(rows),
      kernels_(kernels),
      vectors_(2 * std::bit_ceil(places), words.dimension()),
      mask_(std::bit_ceil(places) - 1),
      places_(mask_ + 1) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].now = vectors_.row(2 * i);
    places_[i].before = vectors_.row(2 * i + 1);
  }
}

void ComposedWindow::find_rows(WordId word) {
  found_.clear();
  found_.push_back(words_.row(index(word)));
  for (const std::uint32_t row : rows_.of(word)) found_.push_back(ngrams_.row(row));
}

void ComposedWindow::move(Place& place, std::size_t position, WordId word) {
  if (place.position != nowhere) give_back(place);
  place.position = position;
  place.word = word;
  find_rows(word);
  kernels_.mean_of_rows(found_, words_.stride(), place.now, place.before);
}

void ComposedWindow::give_back(Place& place) {
  find_rows(place.word);
  kernels_.add_change_to_rows(found_, words_.stride(), place.now, place.before);
  place.position = nowhere;
}

void ComposedWindow::fetch(WordId word) const {
  prefetch_row(words_.row(index(word)), words_.stride());
  for (const std::uint32_t row : rows_.of(word)) prefetch_row(ngrams_.row(row), ngrams_.stride());
}

void ComposedWindow::finish() {
  for (Place& place : places_)
    if (place.position != nowhere) give_back(place);
}

}  // namespace equivec

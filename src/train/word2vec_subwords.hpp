#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/subwords.hpp"
#include "src/base/row_table.hpp"
#include "src/kernels/window_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Words as the means of a row of their own and of those of their n-grams (Bojanowski et al. 2017). Every row of a word
// takes the whole step of the word's vector, as in fastText, so that the vector moves as one without n-grams does.

namespace equivec {

/// Which rows of a table of n-grams each word has. Only buckets that some word uses have rows.
struct NgramRows {
  std::vector<std::uint64_t> begins;  ///< of each word's part of `rows`, and the end of the last
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> kept;  ///< the bucket of each row; ascending

  std::span<const std::uint32_t> of(WordId word) const {
    return std::span(rows).subspan(begins[index(word)], begins[index(word) + 1] - begins[index(word)]);
  }
};

NgramRows ngram_rows(const Vocabulary& vocabulary, const NgramRule& rule);

/// The words around the place where a thread trains, made when they are first asked for, changed there by training, and
/// given back, as the change, to all their rows when they are left behind: in place of once for every window, rows are
/// read and written once for every word of the text.
class ComposedWindow {
 public:
  /// places: more than lie between the first and the last word that is asked for at a time.
  ComposedWindow(const Table& words, const Table& ngrams, const NgramRows& rows, const WindowKernels& kernels,
                 std::size_t places);

  /// The vector of the word at a position of the sentence.
  float* word(std::size_t position, WordId word) {
    Place& place = places_[position & mask_];
    if (place.position != position) move(place, position, word);
    return place.now;
  }
  /// Asks for the rows of a word that will be used soon.
  void fetch(WordId word) const;
  /// Gives all words back, as at the end of a sentence.
  void finish();

 private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  struct Place {
    std::size_t position = nowhere;
    WordId word{};
    float *now = nullptr, *before = nullptr;
  };
  void move(Place& place, std::size_t position, WordId word);
  void give_back(Place& place);
  void find_rows(WordId word);

  const Table& words_;
  const Table& ngrams_;
  const NgramRows& rows_;
  const WindowKernels& kernels_;
  Table vectors_;
  std::size_t mask_;
  std::vector<Place> places_;
  std::vector<float*> found_;
};

}  // namespace equivec

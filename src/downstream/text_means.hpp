#pragma once

#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/downstream/text_words.hpp"
#include "src/kernels/mean_kernels.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Throws OptionError unless so many common directions leave something of vectors of that dimension, and Error unless
/// they do of so many texts.
void require_removable(int directions, int dimension, std::size_t texts);

/// Computes the vectors of texts as mean_vectors() describes them, in double, one text at a time. The embeddings must
/// outlive it; several threads may use it.
class TextMeans {
 public:
  /// The words of a text, repetitions included.
  struct Counts {
    std::uint32_t words = 0, known = 0;
  };

  /// cuts_texts: false if texts are only given as words. Throws Error as TextWords does.
  TextMeans(const Embeddings& embeddings, const MeanVectorOptions& options, bool cuts_texts);

  /// Sets `mean`, of the vectors' dimension, before common directions are taken out. Throws Error if a word's vector is
  /// not finite.
  Counts compute(std::string_view text, Eigen::Ref<Eigen::VectorXd> mean) const;
  Counts compute(std::span<const std::string> words, Eigen::Ref<Eigen::VectorXd> mean) const;

  /// Takes directions, one a column, out of a text's vector, and scales it to length 1 if that is asked for.
  void finish(const Eigen::MatrixXd& directions, Eigen::Ref<Eigen::VectorXd> vector) const;

 private:
  Counts mean_of(const std::vector<std::optional<WordId>>& words, Eigen::Ref<Eigen::VectorXd> mean) const;

  const Embeddings& embeddings_;
  MeanKernels kernels_ = mean_kernels();
  TextWords words_;
  Eigen::VectorXd weights_;  // of each row, and at last that of words which are not in the vocabulary
  bool unit_length_, normalizes_;
};

}  // namespace equivec

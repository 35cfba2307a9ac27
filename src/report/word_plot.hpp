#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Where the words of a picture stand.
enum class PlotMethod {
  pca,   ///< the first two principal components of the words, scaled to length 1 and centred
  tsne,  ///< exact t-SNE of the words
  map,   ///< the places that the vectors hold, of `equivec map`
  axes   ///< cosines with two expressions
};
inline constexpr std::array plot_methods = {PlotMethod::pca, PlotMethod::tsne, PlotMethod::map, PlotMethod::axes};
/// "pca", "tsne", "map", "axes".
std::string_view name_of(PlotMethod method);

/// Words with a colour, a shape and a line in the legend.
struct WordGroup {
  std::string name;
  std::vector<std::string> words;
};
/// Parses "NAME: WORD WORD ...". Throws OptionError for another form.
WordGroup parse_word_group(const std::string& text);

struct WordPlotOptions {
  PlotMethod method = PlotMethod::pca;
  std::string x = {}, y = {};  ///< of axes: expressions as neighbours are asked by, "he - she"
  std::string title = {};
  std::vector<WordGroup> groups = {};
  std::uint64_t seed = 1;  ///< of tsne
  int threads = 0;         ///< 0: all cores; the picture is the same for any number
};

/// Throws OptionError: axes need both expressions, the other methods none.
void validate(const WordPlotOptions& options);

/// Vectors of a panel, and their name in messages and in the picture.
struct PlottedVectors {
  std::string name;
  const Embeddings& embeddings;
};

/// An <svg> element with a mark for each word that is named or in a group, with labels that do not overlap: words that
/// come first are labelled first, and those for which there is no room tell their word when they are pointed at.
/// Several vectors are shown side by side on one scale; principal components are those of the first. The same bytes for
/// the same words and vectors. Throws Error for a word that is not in the vocabulary, for fewer than two words, and as
/// word_map() and parse_expression() do; OptionError; Cancelled.
std::string word_plot(std::span<const PlottedVectors> vectors, std::span<const std::string> words,
                      const WordPlotOptions& options, Progress* progress = nullptr);

}  // namespace equivec

#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <filesystem>
#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Classes of words by spherical k-means, as word2vec.c's -classes has them: word i begins in class i % classes;
/// `iterations` times (Lloyd's) the centroid of a class becomes the sum of its words' vectors, which are not scaled,
/// divided by its length, and each word goes to the class whose centroid has the largest dot product with its vector,
/// of equals the first. A class that has lost its words, or whose sum has no length, stays empty.
/// The class of each word, 0..classes - 1. Computed in double, each sum in the order of the words: the result is the
/// same for any number of threads (0: all cores). Progress counts words times iterations.
/// Throws OptionError unless classes is 1..embeddings.size() and iterations at least 1; Error if a vector is not
/// finite; Cancelled if asked to stop.
std::vector<int> kmeans_classes(const Embeddings& embeddings, int classes, int iterations = 10, int threads = 0,
                                Progress* progress = nullptr);

/// Writes "word class" lines in the order of the words, as word2vec.c does, beside `file` and renames.
/// Throws Error if the file cannot be written, if a word holds white space, or unless there is a class for each word.
void write_classes(const std::filesystem::path& file, const Vocabulary& vocabulary, std::span<const int> classes);
/// The same as one of several files that appear together.
void write_classes(OutputFiles& files, const std::filesystem::path& file, const Vocabulary& vocabulary,
                   std::span<const int> classes);

}  // namespace equivec

#include "equivec/search/word_classes.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/files/output_files.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/output_file.hpp"

#include <algorithm>
#include <numeric>

namespace equivec {

namespace {

using ExactMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Words multiplied with all centroids at once. Always the same ones, so that rounding does not depend on the threads.
constexpr std::size_t block_words = 64;

struct Centroids {
  ExactMatrix directions;    // of the classes that have one
  std::vector<int> classes;  // which these are, ascending
};

Centroids centroids_of(const Embeddings& embeddings, std::span<const int> classes, int count, int threads) {
  const auto size = static_cast<std::size_t>(count);
  // The words of each class, in their order.
  std::vector<std::size_t> begins(size + 1, 0);
  for (const int c : classes) ++begins[static_cast<std::size_t>(c) + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<std::size_t> words(classes.size()), next(begins.begin(), begins.end() - 1);
  for (std::size_t word = 0; word < classes.size(); ++word)
    words[next[static_cast<std::size_t>(classes[word])]++] = word;

  ExactMatrix sums = ExactMatrix::Zero(count, embeddings.dimension());
  parallel_for(size, threads, [&](std::size_t c) {
    auto sum = sums.row(static_cast<Eigen::Index>(c));
    for (std::size_t i = begins[c]; i < begins[c + 1]; ++i)
      sum += column(embeddings[word_id(words[i])]).transpose().cast<double>();
  });

  Centroids result;
  for (int c = 0; c < count; ++c) {
    const double length = sums.row(c).norm();
    if (length == 0) continue;
    sums.row(static_cast<Eigen::Index>(result.classes.size())) = sums.row(c) / length;
    result.classes.push_back(c);
  }
  sums.conservativeResize(static_cast<Eigen::Index>(result.classes.size()), Eigen::NoChange);
  result.directions = std::move(sums);
  return result;
}

}  // namespace

std::vector<int> kmeans_classes(const Embeddings& embeddings, int classes, int iterations, int threads,
                                Progress* progress) {
  const std::size_t size = embeddings.size();
  require_at_least("classes", classes, 1);
  if (static_cast<std::size_t>(classes) > size)
    throw OptionError("classes must be at most " + std::to_string(size) + ", the number of words, got " +
                      std::to_string(classes));
  require_at_least("iterations", iterations, 1);
  require_between("threads", threads, 0, 4096);
  for (std::size_t word = 0; word < size; ++word)
    if (!column(embeddings[word_id(word)]).allFinite())
      throw Error("the vector of the word '" + std::string(embeddings.vocabulary().word(word_id(word))) +
                  "' is not finite and has no class");
  start(progress, size * static_cast<std::uint64_t>(iterations));

  std::vector<int> result(size);
  for (std::size_t word = 0; word < size; ++word)
    result[word] = static_cast<int>(word % static_cast<std::size_t>(classes));
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const Centroids centroids = centroids_of(embeddings, result, classes, threads);
    if (centroids.classes.empty()) return std::vector<int>(size, 0);  // vectors without length
    parallel_for((size + block_words - 1) / block_words, threads, [&](std::size_t block) {
      check_cancelled(progress);
      const std::size_t begin = block * block_words, count = std::min(block_words, size - begin);
      const ExactMatrix vectors = embeddings.matrix()
                                      .middleRows(static_cast<Eigen::Index>(begin), static_cast<Eigen::Index>(count))
                                      .cast<double>();
      const ExactMatrix products = vectors * centroids.directions.transpose();
      for (std::size_t i = 0; i < count; ++i) {
        Eigen::Index best = 0;
        const auto row = products.row(static_cast<Eigen::Index>(i));
        for (Eigen::Index c = 1; c < row.size(); ++c)
          if (row[c] > row[best]) best = c;
        result[begin + i] = centroids.classes[static_cast<std::size_t>(best)];
      }
      if (progress) progress->done += count;
    });
  }
  return result;
}

void write_classes(OutputFiles& files, const std::filesystem::path& file, const Vocabulary& vocabulary,
                   std::span<const int> classes) {
  if (classes.size() != vocabulary.size())
    throw Error(file.string() + ": there are " + std::to_string(classes.size()) + " classes for " +
                std::to_string(vocabulary.size()) + " words");
  OutputFile& out = files.open(file);
  std::string line;
  for (std::size_t row = 0; row < vocabulary.size(); ++row) {
    line = vocabulary.word(word_id(row));
    if (std::any_of(line.begin(), line.end(), is_space))
      throw Error("the word '" + line + "' holds white space, which a file of classes cannot keep apart");
    line += ' ';
    append_number(line, classes[row]);
    line += '\n';
    out.write(line);
  }
}

void write_classes(const std::filesystem::path& file, const Vocabulary& vocabulary, std::span<const int> classes) {
  OutputFiles files;
  write_classes(files, file, vocabulary, classes);
  files.commit();
}

}  // namespace equivec

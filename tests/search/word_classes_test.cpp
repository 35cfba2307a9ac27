#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/word_classes.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <limits>

using namespace equivec;

namespace {

/// The same, the simple way.
std::vector<int> naive_classes(const Embeddings& e, int classes, int iterations) {
  std::vector<int> result(e.size());
  for (std::size_t i = 0; i < e.size(); ++i) result[i] = static_cast<int>(i) % classes;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    std::vector<Eigen::VectorXd> centroids(static_cast<std::size_t>(classes), Eigen::VectorXd::Zero(e.dimension()));
    for (std::size_t i = 0; i < e.size(); ++i)
      centroids[static_cast<std::size_t>(result[i])] += exact_row(e, word_id(i));
    for (std::size_t i = 0; i < e.size(); ++i) {
      double best = -std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < centroids.size(); ++c) {
        if (centroids[c].norm() == 0) continue;
        const double product = exact_row(e, word_id(i)).dot(centroids[c].normalized());
        if (product > best) {
          best = product;
          result[i] = static_cast<int>(c);
        }
      }
    }
  }
  return result;
}

}  // namespace

TEST_CASE("clusters: words of one direction are in one class, for any lengths") {
  const Embeddings e = embeddings({{"a", {1, 0.1F}},
                                   {"b", {0.1F, 1}},
                                   {"long a", {50, 1}},
                                   {"c", {0.2F, 2}},
                                   {"d", {-0.1F, 0.5F}},
                                   {"e", {3, -0.2F}}});
  CHECK(kmeans_classes(e, 2) == std::vector{0, 1, 0, 1, 1, 0});
  CHECK(kmeans_classes(e, 1) == std::vector(6, 0));
}

TEST_CASE("clusters: classes are those of the formula in double") {
  const Embeddings e = random_embeddings(500, 13, 7);
  const int classes = GENERATE(1, 2, 17, 500), iterations = GENERATE(1, 2, 10);
  CHECK(kmeans_classes(e, classes, iterations) == naive_classes(e, classes, iterations));
}

TEST_CASE("clusters: the result does not depend on the threads") {
  const Embeddings e = random_embeddings(3000, 20, 8);
  const std::vector<int> one = kmeans_classes(e, 37, 10, 1);
  CHECK(kmeans_classes(e, 37, 10, 2) == one);
  CHECK(kmeans_classes(e, 37, 10, 0) == one);
}

TEST_CASE("clusters: a class without length stays empty") {
  // Class 1 begins with two words that cancel out.
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {0, 1}}, {"c", {1, 0}}, {"d", {0, -1}}});
  CHECK(kmeans_classes(e, 2) == std::vector(4, 0));
  const Embeddings zeros = embeddings({{"a", {0, 0}}, {"b", {0, 0}}});
  CHECK(kmeans_classes(zeros, 2) == std::vector(2, 0));
}

TEST_CASE("clusters: impossible numbers are refused, it can be stopped, and it reports progress") {
  const Embeddings e = random_embeddings(10, 3, 9);
  CHECK(option_error_of([&] { kmeans_classes(e, 0); }) == "classes must be at least 1, got 0");
  CHECK(option_error_of([&] { kmeans_classes(e, 11); }) == "classes must be at most 10, the number of words, got 11");
  CHECK(option_error_of([&] { kmeans_classes(e, 2, 0); }) == "iterations must be at least 1, got 0");
  CHECK(option_error_of([&] { kmeans_classes(e, 2, 1, -1); }) == "threads must be between 0 and 4096, got -1");
  CHECK(error_of([] {
          kmeans_classes(embeddings({{"bad", {1, std::numeric_limits<float>::infinity()}}}), 1);
        }) == "the vector of the word 'bad' is not finite and has no class");
  Progress progress;
  kmeans_classes(e, 2, 3, 0, &progress);
  CHECK(progress.done == 30);
  CHECK(progress.total == 30);
  progress.cancelled = true;
  CHECK_THROWS_AS(kmeans_classes(e, 2, 3, 0, &progress), Cancelled);
}

TEST_CASE("clusters: the file has a word and its class on each line") {
  const TemporaryDirectory folder;
  const Vocabulary words = vocabulary({{"</s>", 3}, {"the", 2}});
  write_classes(folder / "classes", words, std::vector{1, 0});
  CHECK(read_file(folder / "classes") == "</s> 1\nthe 0\n");
  CHECK(error_of([&] { write_classes(folder / "other", words, std::vector{1}); }) ==
        (folder / "other").string() + ": there are 1 classes for 2 words");
  CHECK_THAT(error_of([&] {
               write_classes(folder / "other", vocabulary({{"a b", 1}}), std::vector{1});
             }),
             ContainsSubstring("white space"));
  CHECK(folder.names() == std::vector<std::string>{"classes"});
}

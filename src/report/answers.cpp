#include "src/report/answers.hpp"

#include "src/report/table.hpp"
#include "src/vectors/finite.hpp"

namespace equivec {

namespace {

std::string to_text(const Vocabulary& vocabulary, std::span<const Neighbor> neighbors) {
  std::string text;
  for (const Neighbor& neighbor : neighbors)
    text += formatted("%8.4f", static_cast<double>(neighbor.similarity)) + "  " +
            std::string(vocabulary.word(neighbor.word)) + "\n";
  return text;
}

Json to_json(const Vocabulary& vocabulary, std::span<const Neighbor> neighbors) {
  Json list = Json::array();
  for (const Neighbor& neighbor : neighbors)
    list.push_back(
        {{"word", std::string(vocabulary.word(neighbor.word))}, {"similarity", number(neighbor.similarity)}});
  return list;
}

}  // namespace

std::string neighbors_text(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> found) {
  return query + "\n" + to_text(vocabulary, found);
}

Json neighbors_document(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> found) {
  return {{"query", query}, {"neighbors", to_json(vocabulary, found)}};
}

std::string analogy_text(const Vocabulary& vocabulary, const Analogy& analogy, std::span<const Neighbor> answers) {
  std::string text;
  for (const auto& [a, b] : analogy.pairs)
    text += std::string(vocabulary.word(a)) + " : " + std::string(vocabulary.word(b)) + " :: ";
  return text + std::string(vocabulary.word(analogy.c)) + " : ?\n" + to_text(vocabulary, answers);
}

Json analogy_document(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> answers) {
  return {{"query", query}, {"answers", to_json(vocabulary, answers)}};
}

Json outlier_document(const Vocabulary& vocabulary, const std::string& query, std::span<const Neighbor> words) {
  return {{"query", query},
          {"outlier", std::string(vocabulary.word(words.front().word))},
          {"words", to_json(vocabulary, words)}};
}

std::string similarity_text(const Embeddings& embeddings, const std::pair<WordId, WordId>& words) {
  const auto& [first, second] = words;
  for (const WordId word : {first, second}) require_finite(embeddings, word);
  const Vocabulary& vocabulary = embeddings.vocabulary();
  return std::string(vocabulary.word(first)) + " " + std::string(vocabulary.word(second)) + "  cosine " +
         formatted("%.4f", cosine(embeddings.vector_of(first), embeddings.vector_of(second))) +
         "  squared difference " +
         formatted("%.4f", squared_difference(embeddings.vector_of(first), embeddings.vector_of(second))) + "\n";
}

Json similarity_document(const Embeddings& embeddings, const std::pair<WordId, WordId>& words) {
  const auto& [first, second] = words;
  for (const WordId word : {first, second}) require_finite(embeddings, word);
  const Vocabulary& vocabulary = embeddings.vocabulary();
  return {{"words", Json::array({std::string(vocabulary.word(first)), std::string(vocabulary.word(second))})},
          {"similarity", cosine(embeddings.vector_of(first), embeddings.vector_of(second))},
          {"squared_difference", squared_difference(embeddings.vector_of(first), embeddings.vector_of(second))}};
}

}  // namespace equivec

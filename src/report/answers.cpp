#include "src/report/answers.hpp"

#include "src/report/table.hpp"

namespace equivec {

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

}  // namespace equivec

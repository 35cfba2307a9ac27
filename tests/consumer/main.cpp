#include <equivec/search/neighbors.hpp>
#include <equivec/train/recipe.hpp>

#include <iostream>

int main() {
  equivec::Word2VecRecipe recipe;
  recipe.words.options.min_count = 1;
  recipe.training.dimension = 20;
  const auto corpus = equivec::Corpus::from_text("the cat sat on the mat\nthe dog sat on the rug\n");
  const equivec::Embeddings vectors = equivec::train_word2vec(corpus, recipe).vectors;
  for (const auto& neighbor : equivec::NearestNeighbors(vectors).find("cat", 3))
    std::cout << vectors.vocabulary().word(neighbor.word) << ' ' << neighbor.similarity << '\n';
}

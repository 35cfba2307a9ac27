#include <equivec/text/corpus.hpp>
#include <equivec/vectors/embeddings.hpp>
#include <equivec/counts/encoded_corpus.hpp>
#include <equivec/search/neighbors.hpp>
#include <equivec/counts/vocabulary.hpp>
#include <equivec/train/word2vec.hpp>
#include <equivec/bias/word_sets.hpp>

#include <iostream>
#include <utility>
#include <vector>

int main() {
  using namespace equivec;
  const Corpus corpus = Corpus::from_text("the cat sat on the mat\nthe dog sat on the rug\n");

  VocabularyOptions counting;
  counting.min_count = 1;
  const Vocabulary vocabulary = count_words(corpus, counting);

  Word2VecOptions training;
  training.dimension = 2;
  training.subsample = 0;
  training.threads = 1;
  Word2VecVectors vectors = train_word2vec(encode(corpus, vocabulary, counting), vocabulary, training);

  const NearestNeighbors index(Embeddings(vocabulary, std::move(vectors.words)));
  const WordId cat = vocabulary.find("cat").value();
  const auto nearest = index.find(index.embeddings()[cat], 1, std::vector{cat});
  std::cout << "nearest to cat: " << vocabulary.word(nearest.at(0).word) << '\n';
  return read_word_sets("gender").definitional.empty();
}

#include "src/vectors/formats/format.hpp"

namespace equivec {

const FormatRow model2vec_format = {{Format::model2vec, "model2vec", "", "a folder that model2vec loads", true}};
const FormatRow sentence_transformers_format = {
    {Format::sentence_transformers, "sentence-transformers", "", "a folder that sentence-transformers loads", true}};

}  // namespace equivec

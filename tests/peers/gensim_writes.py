"""equivec reads what gensim writes: word2vec text and binary, compressed or not, and text without a header."""

import support
from support import answer, check

support.need("python3-gensim", "python3-numpy")
import gensim
import numpy

WORDS = ["1999", "the", "a.b", "é", "数据", "e\u0301", "-", "0.5", "New_York", "it's", "слово", "</s>"]


def some_vectors():
    """Words with the numbers that are hard to write: large, tiny, negative zero, all digits needed."""
    random = numpy.random.default_rng(1)
    words = WORDS + [f"word{i}" for i in range(300)]
    rows = (random.standard_normal((len(words), 7)) * 10.0 ** random.integers(-8, 8, (len(words), 1))).astype("float32")
    rows[3, :4] = [0, -0.0, numpy.finfo("float32").max, numpy.finfo("float32").tiny]
    vectors = gensim.models.KeyedVectors(7)
    vectors.add_vectors(words, rows)
    return vectors


def check_file(vectors, path, format, **how):
    vectors.save_word2vec_format(path, **how)
    support.same_vectors(path.name, support.load(path), (vectors.index_to_key, vectors.vectors))
    info = answer("info", path)
    found = {key: info.get(key) for key in ("format", "words", "dimension")}
    expected = {"format": format, "words": len(vectors), "dimension": vectors.vector_size}
    check(f"{path.name}: info", found == expected, f"{info}, expected {expected}")


folder = support.folder()
vectors = some_vectors()
for compression in ("", ".gz"):
    check_file(vectors, folder / f"text.vec{compression}", "word2vec-text")
    check_file(vectors, folder / f"binary.bin{compression}", "word2vec-binary", binary=True)
    check_file(vectors, folder / f"without_header.txt{compression}", "glove-text", write_header=False)
support.finish()

"""Opens a file of vectors and asks one question, by equivec's package or by another program's: how long either took.

    loading.py PROGRAM FORMAT FILE

PROGRAM: equivec, gensim, numpy. FORMAT: native, word2vec-text, word2vec-binary, glove, fasttext, npy; native of gensim is what
its save() makes, of equivec .safetensors; both are mapped. Beside .npy lies .words.txt, which is read too. Prints {"open":
seconds, "question": seconds}; importing the program is not counted. PYTHONPATH names the package."""

import json
import pathlib
import sys
import time

program, form, file = sys.argv[1:] if len(sys.argv) == 4 else sys.exit(__doc__)


def by_gensim():
    from gensim.models import KeyedVectors
    from gensim.models.fasttext import load_facebook_vectors
    return {"native": lambda: KeyedVectors.load(file, mmap="r"),
            "word2vec-text": lambda: KeyedVectors.load_word2vec_format(file),
            "word2vec-binary": lambda: KeyedVectors.load_word2vec_format(file, binary=True),
            "glove": lambda: KeyedVectors.load_word2vec_format(file, no_header=True),
            "fasttext": lambda: load_facebook_vectors(file)}[form], lambda v: v.most_similar(v.index_to_key[0])


def by_numpy():
    import numpy

    def ask(rows):
        products = rows @ rows[0] / numpy.linalg.norm(rows, axis=1)
        best = numpy.argpartition(products, -10)[-10:]
        return best[numpy.argsort(-products[best])]

    def load_with_words():
        words = pathlib.Path(file).with_suffix(".words.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
        rows = numpy.load(file, mmap_mode="r")
        return rows if len(rows) == len(words) else sys.exit(f"{file}: other words than vectors")

    return load_with_words, ask


def by_equivec():
    import equivec
    return lambda: equivec.load(file), lambda v: v.neighbors(v.words[0])


load, ask = {"gensim": by_gensim, "numpy": by_numpy, "equivec": by_equivec}[program]()
begin = time.perf_counter()
vectors = load()
opened = time.perf_counter()
ask(vectors)
print(json.dumps({"open": opened - begin, "question": time.perf_counter() - opened}))

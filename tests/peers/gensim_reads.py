"""gensim and NumPy read what equivec writes, and answer queries as equivec does."""

import collections
import json
import struct

import support
from support import answer, check, run

support.need("python3-gensim", "python3-numpy")
import gensim
import numpy


def read_native(path):
    """A .safetensors file, read by hand: (header, {tensor: bytes}, where the tensors begin)."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    start = 8 + length
    tensors = {name: content[start + info["data_offsets"][0]:start + info["data_offsets"][1]]
               for name, info in header.items() if name != "__metadata__"}
    return header, tensors, start


def native_words_and_rows(header, tensors):
    offsets = numpy.frombuffer(tensors["word_offsets"], "<i8")
    words = [tensors["words"][a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
    return words, numpy.frombuffer(tensors["embeddings"], "<f4").reshape(header["embeddings"]["shape"])


def check_native_layout(path, corpus):
    header, tensors, start = read_native(path)
    places = sorted((info["data_offsets"], name) for name, info in header.items() if name != "__metadata__")
    order = [name for _, name in places]
    check("native file: order of the tensors", order == ["word_offsets", "counts", "embeddings", "words"], order)
    ends = [0] + [place[1] for place, _ in places]
    check("native file: every byte is covered",
          [place[0] for place, _ in places] == ends[:-1] and start + ends[-1] == path.stat().st_size, places)
    types = {name: (info["dtype"], len(info["shape"])) for name, info in header.items() if name != "__metadata__"}
    check("native file: types and shapes", types == {"word_offsets": ("I64", 1), "counts": ("I64", 1),
                                                      "embeddings": ("F32", 2), "words": ("U8", 1)}, types)
    position = start + header["embeddings"]["data_offsets"][0]
    check("native file: embeddings start at a multiple of 64", position % 64 == 0, position)
    metadata = header["__metadata__"]
    check("native file: metadata are strings",
          metadata and all(isinstance(value, str) for value in metadata.values()), metadata)

    counted = collections.Counter(corpus.read_text(encoding="utf-8").split())
    expected = sorted(counted.items(), key=lambda item: (-item[1], item[0].encode()))
    words, _ = native_words_and_rows(header, tensors)
    found = list(zip(words, numpy.frombuffer(tensors["counts"], "<i8").tolist()))
    check("native file: words by count, ties in byte order", found == expected,
          support.first_difference(found, expected))


def check_exports(native, folder):
    header, tensors, _ = read_native(native)
    expected = native_words_and_rows(header, tensors)
    for ending in ("vec", "bin", "txt", "npy"):
        run("convert", native, folder / f"x.{ending}")
    text = gensim.models.KeyedVectors.load_word2vec_format(folder / "x.vec")
    binary = gensim.models.KeyedVectors.load_word2vec_format(folder / "x.bin", binary=True)
    glove = gensim.models.KeyedVectors.load_word2vec_format(folder / "x.txt", no_header=True)
    for name, vectors in (("word2vec text", text), ("word2vec binary", binary), ("GloVe text", glove)):
        support.same_vectors(f"gensim reads {name}", (vectors.index_to_key, vectors.vectors), expected)
    npy = (support.lines(folder / "x.words.txt"), numpy.load(folder / "x.npy"))
    support.same_vectors("NumPy reads .npy", npy, expected)
    return binary


def check_answers(name, documents, expected):
    """Documents hold lists of ten (word, similarity); gensim gives more. The words are in gensim's order, but for those
    that 32-bit floats do not tell apart, and similarities are to 1e-5."""
    worst = 0
    for (query, found), wanted in zip(documents, expected):
        theirs = dict(wanted)
        known = len(found) == 10 and all(word in theirs for word, _ in found)
        in_order = known and all(theirs[one] > theirs[next_one] - 1e-6 for (one, _), (next_one, _) in zip(found, found[1:]))
        if not in_order or theirs[found[-1][0]] < wanted[9][1] - 1e-6:
            return check(f"{name}: order", False, f"{query}: {found}, gensim {wanted}")
        worst = max([worst] + [abs(similarity - theirs[word]) for word, similarity in found])
    check(f"{name}: the same words in the same order", True)
    check(f"{name}: similarities to 1e-5", worst < 1e-5, worst)


def check_queries(native, vectors):
    words = ["数据", "größe", "e\u0301tude", "it's", "the"] + vectors.index_to_key[7:60:4] + ["слово"]
    check("twenty words to ask for", len(set(words)) == 20, words)

    documents = [answer("neighbors", native, word, "--count", 10) for word in words]
    check("neighbors --json: the document's shape", all({"query", "neighbors"} <= d.keys() and d["query"] == word and
          all(n.keys() == {"word", "similarity"} for n in d["neighbors"]) for d, word in zip(documents, words)),
          documents[0])
    check_answers("neighbors", [(d["query"], [(n["word"], n["similarity"]) for n in d["neighbors"]])
                                for d in documents],
                  [vectors.most_similar(word, topn=15) for word in words])

    triples = [(words[i], words[(i + 3) % 20], words[(i + 7) % 20]) for i in range(20)]
    documents = [answer("analogy", native, *triple, "--count", 10) for triple in triples]
    check("analogy --json: the document's shape", all({"query", "answers"} <= d.keys() and
          all(n.keys() == {"word", "similarity"} for n in d["answers"]) for d in documents), documents[0])
    check_answers("analogy", [(t, [(n["word"], n["similarity"]) for n in d["answers"]])
                              for t, d in zip(triples, documents)],
                  [vectors.most_similar(positive=[b, c], negative=[a], topn=15) for a, b, c in triples])

    pairs = [(words[i], words[(i + 9) % 20]) for i in range(20)]
    documents = [answer("similarity", native, *pair) for pair in pairs]
    check("similarity --json: the document's shape", all({"words", "similarity"} <= d.keys() and d["words"] == [*pair]
          for d, pair in zip(documents, pairs)), documents[0])
    worst = max(abs(d["similarity"] - float(vectors.similarity(*pair))) for d, pair in zip(documents, pairs))
    check("similarity: to 1e-5", worst < 1e-5, worst)


folder = support.folder()
corpus, native = folder / "corpus.txt", folder / "x.safetensors"
support.write_corpus(corpus)
run("train", "skipgram", corpus, "-o", native, "--dimension", 20, "--epochs", 2, "--min-count", 1, "--threads", 1)
check_native_layout(native, corpus)
vectors = check_exports(native, folder)
check_queries(native, vectors)
support.finish()

